"""Bad input ends a real command with one clear message and exit code 2, before anything is done."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from freqtrade.exceptions import OperationalException

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.command import freqtrade
from tests.support.scripted import scripted, scripted_with_kit
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(120)

CANDLES = {"BTC/USDT": candles.flat(100.0, 8)}
BAD_SECTION = {
    "circuit_breaker": {"drawdown": {"limit": 15}},
    "entry": {"max_open_position": 2, "cooldown_seconds": -1},
    "protections": [{"method": "RiskKitCircuitBreaker"}],
}
GUARD = {"method": "StoplossGuard", "trade_limit": "x"}
TWO_ENDS = {"stop_duration": 5, "unlock_at": "10:00"}
BEHIND = scripted(bases="IStrategy, RiskKitMixin", imports="from freqtrade_riskkit import RiskKitMixin\n")
UNKNOWN_ATTRIBUTE = scripted_with_kit(body='riskkit_parameters = {"entry.max_open_positions": "most"}')


@pytest.mark.parametrize(
    ("source", "section", "said"),
    [
        pytest.param(
            scripted_with_kit(),
            BAD_SECTION,
            [
                "The riskkit section of the config has 4 problems:",
                "riskkit.circuit_breaker.drawdown.limit must be in (0, 1], was 15 (for 15 % write 0.15)",
                "riskkit.entry.max_open_position is unknown (did you mean max_open_positions?)",
                "riskkit.entry.cooldown_seconds must be seconds in [0, 31536000] or null, was -1",
                "riskkit.protections[0] must be one of Freqtrade's own protections",
            ],
            id="section",
        ),
        pytest.param(
            scripted_with_kit(),
            {"protections": [{"method": "CooldownPeriod", "unlock_at": "25:99"}, GUARD]},
            [
                "The riskkit section of the config has 2 problems:",
                "riskkit.protections[0].unlock_at must be a time of day in UTC",
                "riskkit.protections[1].trade_limit must be a whole number in [1, 1000000], was",
            ],
            id="protections",
        ),
        pytest.param(
            scripted_with_kit(),
            {
                "db_url": "postgresql://u:hunter2@h:notaport/db",
                "protections": [{"method": "Nope"}, {"method": "CooldownPeriod", **TWO_ENDS}],
            },
            [
                "The riskkit section of the config has 3 problems:",
                "riskkit.db_url must be a URL such as",
                "riskkit.protections[0].method must be one of CooldownPeriod,",
                "riskkit.protections[1]: Protections must specify either",
            ],
            id="protections-and-ledger",
        ),
        pytest.param(
            BEHIND, {}, ["Strategy Scripted: list RiskKitMixin before IStrategy"], id="order-of-bases"
        ),
        pytest.param(
            UNKNOWN_ATTRIBUTE,
            {},
            ["entry.max_open_positions names the attribute 'most', which the strategy doesn't have"],
            id="parameter",
        ),
    ],
)
def test_command_when_the_input_is_bad_then_one_message_and_exit_code_2(
    workspace: Workspace, source: str, section: Mapping[str, Any], said: list[str]
) -> None:
    """All that is wrong stands in one message, without a traceback."""
    workspace.write_strategies(source)
    workspace.write_candles(CANDLES, timeframe="1h")
    workspace.write_config(pairs=list(CANDLES), timeframe="1h", riskkit=section)

    done = freqtrade(
        *("backtesting", "--config", workspace.config_file, "--userdir", workspace.user_data),
        *("--strategy", "Scripted"),
        cwd=workspace.root,
    )

    assert done.returncode == 2
    assert done.stderr.count(" - ERROR - ") == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr
    message = done.stderr.partition(" - ERROR - ")[2].replace("\n", " ")
    for words in said:
        assert " ".join(words.split()) in " ".join(message.split())
    assert not list(workspace.user_data.rglob("backtest-result*"))


@pytest.mark.parametrize(
    ("section", "body", "said"),
    [
        pytest.param([], "", "riskkit must be a section", id="a-list"),
        pytest.param("off", "", "riskkit must be a section", id="a-word"),
        pytest.param({}, "riskkit_parameters = ['entry.enabled']", "must be a dict of keys", id="no-dict"),
        pytest.param(
            {"entry": {"max_open_positions": 1}},
            'riskkit_parameters = {"entry.max_open_positions": "most"}\nmost = 2',
            "written in the config and also set by riskkit_parameters",
            id="set-twice",
        ),
        pytest.param(
            {},
            'riskkit_parameters = {"entry.max_open_positions": "most"}\nmost = 0',
            "riskkit.entry.max_open_positions must be a whole number in [1, 1000000]",
            id="parameter-out-of-its-domain",
        ),
    ],
)
def test_backtest_when_the_section_or_its_parameters_are_bad_then_refused(
    backtest: Callable[..., BacktestRun], section: Any, body: str, said: str
) -> None:
    """Refused before a trade is made; Freqtrade's main gives such an error the exit code 2."""
    with pytest.raises(OperationalException, match=re.escape(said)):
        backtest(scripted_with_kit(body=body), CANDLES, config={"riskkit": section})


def test_parameter_when_bot_start_sets_its_attribute_then_it_is_read_after_that(
    backtest: Callable[..., BacktestRun],
) -> None:
    """A plain attribute need not be there before the strategy has started."""
    body = """
        riskkit_parameters = {"entry.max_open_positions": "most"}

        def bot_start(self, **kwargs):
            self.most = 1
    """
    script = {pair: {"enter": ["2024-01-01 02:00"]} for pair in ("BTC/USDT", "ETH/USDT")}
    frames = {pair: candles.flat(100.0, 8) for pair in script}

    run = backtest(scripted_with_kit(body=body), frames, script=script)

    assert list(run.trades["pair"]) == ["BTC/USDT"]
    assert run.riskkit["denials"] == {"POSITION_LIMIT": 1}
