"""`riskkit wrap`: what it writes is loaded, backtested and optimised by the real Freqtrade."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support import candles
from tests.support.command import freqtrade
from tests.support.riskkit_command import riskkit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(240)

# Buys at every odd candle and sells at the even ones, without a word of the kit.
PLAIN = """
from freqtrade.strategy import IntParameter, IStrategy


class Plain(IStrategy):
    timeframe = "1h"
    stoploss = -0.5
    minimal_roi = {"0": 10}
    patience = IntParameter(1, 5, default=1, space="sell")

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe.loc[dataframe.index % 2 == 1, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe.loc[dataframe.index % (2 * self.patience.value) == 0, "exit_long"] = 1
        return dataframe
"""
FALLING = {"BTC/USDT": candles.from_opens([100.0 * 0.99**hour for hour in range(48)])}
BREAKER = {"circuit_breaker": {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 3}}}


def write(workspace: Workspace, source: str = PLAIN, file: str = "plain_file.py") -> Path:
    workspace.write_strategies(source, file=file)
    return workspace.user_data / "strategies" / file


def wrap(workspace: Workspace, *arguments: str | Path) -> tuple[int, str]:
    """Wrap, and give the exit code with all that was said."""
    done = riskkit("wrap", *arguments, "--userdir", workspace.user_data, cwd=workspace.root)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def backtest(workspace: Workspace, strategy: str, *arguments: str | Path) -> dict[str, Any]:
    """Backtest a strategy with the real command and give its part of the result."""
    workspace.write_candles(FALLING, timeframe="1h")
    config = workspace.write_config(pairs=list(FALLING), timeframe="1h", riskkit=BREAKER)
    done = freqtrade(
        *("backtesting", "--config", config, "--userdir", workspace.user_data, "--strategy", strategy),
        *("--enable-protections", "--cache", "none"),
        *arguments,
        cwd=workspace.root,
    )
    assert done.returncode == 0, done.stderr
    (result,) = workspace.results.glob("*.zip")
    with zipfile.ZipFile(result) as archive:
        stats = json.loads(archive.read(f"{result.stem}.json"))["strategy"][strategy]
    assert isinstance(stats, dict)
    return stats


@pytest.mark.feature("A9")
def test_wrapper_when_backtested_then_the_kit_is_in_front_and_the_strategy_unchanged(
    workspace: Workspace,
) -> None:
    """Three losses in a row open the breaker, which the plain strategy knows nothing of."""
    file = write(workspace)
    before = file.read_bytes()

    code, said = wrap(workspace, "Plain")

    assert code == 0, said
    wrapper = file.parent / "PlainRiskKit.py"
    assert str(wrapper) in said
    body = [line for line in wrapper.read_text(encoding="utf-8").splitlines() if "class" in line]
    assert body == ["class PlainRiskKit(RiskKitMixin, Plain):"]
    assert file.read_bytes() == before
    stats = backtest(workspace, "PlainRiskKit")
    assert stats["riskkit"]["trips"][0]["code"] == "CONSECUTIVE_LOSSES_EXCEEDED"
    assert any(lock["reason"].startswith("CONSECUTIVE_LOSSES_EXCEEDED") for lock in stats["locks"])


def test_wrapper_when_the_strategy_changes_then_it_follows(workspace: Workspace) -> None:
    """That is what it is for: the strategy comes from elsewhere and is updated there."""
    file = write(workspace)
    assert wrap(workspace, "Plain")[0] == 0
    file.write_text(PLAIN.replace("% 2 == 1", "% 2 == 2"), encoding="utf-8")
    assert backtest(workspace, "PlainRiskKit")["total_trades"] == 0


def test_wrapper_when_optimised_by_two_processes_then_every_epoch_runs(workspace: Workspace) -> None:
    """Both classes travel to the workers by value."""
    write(workspace)
    assert wrap(workspace, "Plain")[0] == 0
    workspace.write_candles(FALLING, timeframe="1h")
    config = workspace.write_config(pairs=list(FALLING), timeframe="1h", riskkit=BREAKER)
    done = freqtrade(
        *("hyperopt", "--config", config, "--userdir", workspace.user_data, "--strategy", "PlainRiskKit"),
        *("--enable-protections", "--spaces", "sell", "-e", "2", "-j", "2", "--min-trades", "1"),
        *("--hyperopt-loss", "OnlyProfitHyperOptLoss", "--random-state", "1"),
        cwd=workspace.root,
    )
    assert done.returncode == 0, done.stderr
    (results,) = (workspace.user_data / "hyperopt_results").glob("*.fthypt")
    assert len(results.read_text(encoding="utf-8").splitlines()) == 2


def test_wrapper_when_a_file_name_is_no_module_name_then_it_still_works(workspace: Workspace) -> None:
    """Freqtrade loads strategies by path, so that any file name will do."""
    write(workspace, file="plain-v2.py")
    code, said = wrap(workspace, "Plain")
    assert code == 0, said
    assert backtest(workspace, "PlainRiskKit")["total_trades"] > 0


def test_wrapper_when_the_strategy_is_in_another_folder_then_written_there(workspace: Workspace) -> None:
    write(workspace)
    elsewhere = workspace.root / "else where"
    (workspace.user_data / "strategies").rename(elsewhere)
    code, said = wrap(workspace, "Plain", "--strategy-path", elsewhere)
    assert code == 0, said
    assert (elsewhere / "PlainRiskKit.py").is_file()
    assert f"--strategy-path '{elsewhere}'" in said
    assert backtest(workspace, "PlainRiskKit", "--strategy-path", elsewhere)["total_trades"] > 0


def test_wrap_when_a_config_says_where_then_found_there(workspace: Workspace) -> None:
    """Also in sub-folders, where the config says that Freqtrade looks into them."""
    file = write(workspace)
    deeper = file.parent / "bought" / "today"
    deeper.mkdir(parents=True)
    file.rename(deeper / file.name)
    config = workspace.write_config(
        pairs=["BTC/USDT"], timeframe="1h", overrides={"recursive_strategy_search": True}
    )
    assert wrap(workspace, "Plain")[0] == 2
    code, said = wrap(workspace, "Plain", "-c", config)
    assert code == 0, said
    assert (deeper / "PlainRiskKit.py").is_file()


def test_parameters_when_the_strategy_has_a_file_of_them_then_copied_under_the_new_name(
    workspace: Workspace,
) -> None:
    """Freqtrade reads them from a file beside the subclass, and only where it names the subclass.

    With a patience of 5 the strategy sells every tenth candle instead of every second: five trades at most
    within two days.
    """
    file = write(workspace)
    parameters = {"strategy_name": "Plain", "params": {"sell": {"patience": 5}}, "ft_stratparam_v": 1}
    file.with_suffix(".json").write_text(json.dumps(parameters), encoding="utf-8")
    code, said = wrap(workspace, "Plain")
    assert code == 0, said
    assert "PlainRiskKit.json has the parameters of plain_file.json" in said
    copied = json.loads((file.parent / "PlainRiskKit.json").read_text(encoding="utf-8"))
    assert copied == parameters | {"strategy_name": "PlainRiskKit"}
    assert backtest(workspace, "PlainRiskKit")["total_trades"] in range(1, 6)


def test_wrap_when_the_file_exists_then_refused_and_replaced_by_force(workspace: Workspace) -> None:
    wrapper = write(workspace).parent / "PlainRiskKit.py"
    wrapper.write_text("# mine", encoding="utf-8")
    code, said = wrap(workspace, "Plain")
    assert (code, said) == (2, f"riskkit wrap: {wrapper} exists already; --force replaces it\n")
    assert wrapper.read_text(encoding="utf-8") == "# mine"
    assert wrap(workspace, "Plain", "--force")[0] == 0
    assert "PlainRiskKit" in wrapper.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Plane", "riskkit wrap: Plane was not found in {folder}; did you mean Plain?\n"),
        ("Sampler", "riskkit wrap: Sampler was not found in {folder}; known here: Plain\n"),
        (
            "plain_file.py",
            "riskkit wrap: a strategy is named by its class, such as MyStrategy, was plain_file.py\n",
        ),
    ],
)
def test_wrap_when_there_is_no_such_strategy_then_one_line(
    workspace: Workspace, name: str, said: str
) -> None:
    folder = write(workspace).parent
    assert wrap(workspace, name) == (2, said.format(folder=folder))
    assert [path.name for path in folder.glob("*.py")] == ["plain_file.py"]


def test_wrap_when_there_is_no_user_directory_then_one_line(workspace: Workspace) -> None:
    said = f"riskkit wrap: there is no folder {workspace.user_data}; name another with --userdir\n"
    assert wrap(workspace, "Plain") == (2, said)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("import not_installed_here", "No module named 'not_installed_here'"),
        ("raise ValueError('no licence')", "ValueError: no licence"),
    ],
)
def test_wrap_when_the_strategy_can_not_be_imported_then_the_reason_is_told(
    workspace: Workspace, line: str, why: str
) -> None:
    write(workspace, f"{line}\n{PLAIN}")
    code, said = wrap(workspace, "Plain")
    assert code == 2
    assert why in said
    assert len(said.splitlines()) == 1


def test_wrap_when_the_file_name_has_a_dot_then_refused(workspace: Workspace) -> None:
    """It would be read as the name of a package."""
    folder = write(workspace, file="plain-v2.1.py").parent
    code, said = wrap(workspace, "Plain")
    assert (code, said) == (
        2,
        f"riskkit wrap: {folder / 'plain-v2.1.py'} can't be imported by its name, which has a dot in it; "
        "rename it first\n",
    )


def test_wrap_when_the_strategy_has_the_mixin_then_refused(workspace: Workspace) -> None:
    source = PLAIN.replace("class Plain(IStrategy)", "class Plain(RiskKitMixin, IStrategy)")
    write(workspace, f"from freqtrade_riskkit import RiskKitMixin\n{source}")
    assert wrap(workspace, "Plain") == (
        2,
        "riskkit wrap: Plain has the mixin already: nothing needs wrapping\n",
    )


def test_wrap_when_the_strategy_has_the_mixin_behind_istrategy_then_refused(workspace: Workspace) -> None:
    source = PLAIN.replace("class Plain(IStrategy)", "class Plain(IStrategy, RiskKitMixin)")
    write(workspace, f"from freqtrade_riskkit import RiskKitMixin\n{source}")
    assert wrap(workspace, "Plain") == (
        2,
        "riskkit wrap: Strategy Plain: list RiskKitMixin before IStrategy, as in "
        "`class Plain(RiskKitMixin, IStrategy)`.\n",
    )


def test_wrap_when_the_file_has_the_name_of_another_module_then_refused(workspace: Workspace) -> None:
    """Which of the two an import gives would depend on what was imported before."""
    folder = write(workspace, file="statistics.py").parent
    code, said = wrap(workspace, "Plain")
    assert code == 2
    assert said.startswith(f"riskkit wrap: {folder / 'statistics.py'} has the name of another module (")


def test_wrap_when_freqtrade_can_not_load_the_wrapper_then_nothing_is_left(workspace: Workspace) -> None:
    """A class that can't be subclassed."""
    closed = PLAIN + "    def __init_subclass__(cls, **kw): raise TypeError('this class is final')\n"
    folder = write(workspace, closed).parent
    code, said = wrap(workspace, "Plain")
    assert code == 2
    assert "this class is final" in said
    assert len(said.splitlines()) == 1
    assert [path.name for path in folder.iterdir() if path.is_file()] == ["plain_file.py"]
