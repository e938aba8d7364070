"""The real ``freqtrade hyperopt``: parameters feed the kit, and no epoch sees what another one left.

The strategy optimises a number that nothing uses beside two that the kit reads, so that the same limits come
up in several epochs.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from freqtrade.commands.optimize_commands import setup_optimize_configuration
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.resolvers import StrategyResolver

from freqtrade_riskkit.practice import PracticeServer
from tests.support import candles
from tests.support.command import freqtrade
from tests.support.workspace import Workspace

pytestmark = pytest.mark.timeout(300)

PAIRS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
STRATEGY = """
from freqtrade.strategy import CategoricalParameter, IntParameter, IStrategy
from freqtrade_riskkit import RiskKitMixin


class Swinging(RiskKitMixin, IStrategy):
    timeframe = "1h"
    minimal_roi = {"0": 0.01}
    stoploss = -0.01
    startup_candle_count = 0
    riskkit_parameters = {
        "entry.max_open_positions": "buy_positions",
        "circuit_breaker.loss_streak.limit": "protection_streak",
    }
    buy_positions = IntParameter(1, 2, default=2)
    buy_unused = IntParameter(0, 1000, default=0)
    protection_streak = CategoricalParameter([2, 50], default=50)
    protections = [{"method": "CooldownPeriod", "stop_duration_candles": 1}]

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["close"] < dataframe["close"].shift(1) * 0.998, "enter_long"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe


def not_at_night(self, current_time, **kwargs):
    return current_time.hour < 20


Swinging.confirm_trade_entry = not_at_night
"""
# Once tripped, the drawdown waits for a person: a breaker left from an epoch before would deny everything.
SECTION = {
    "circuit_breaker": {
        "daily_loss": None,
        "drawdown": {"limit": 0.02},
        "loss_streak": {"stop_duration": 600},
    },
}
EPOCHS = 12

Limits = tuple[int, int]
Result = tuple[int, float, float]


@pytest.fixture(scope="module")
def swinging(practice: PracticeServer, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("hyperopt"), practice.overlay())
    workspace.write_strategies(STRATEGY)
    workspace.write_candles(
        {pair: candles.walk(300, seed=20 + number) for number, pair in enumerate(PAIRS)}, timeframe="1h"
    )
    workspace.write_config(pairs=list(PAIRS), timeframe="1h", riskkit=SECTION)
    return workspace


def test_epochs_when_limits_are_the_same_then_results_are_the_same_with_any_number_of_workers(
    swinging: Workspace,
) -> None:
    """With one process, where the strategy is used again, and with two, where it is sent to each epoch."""
    alone = _optimise(swinging, workers=1)
    together = _optimise(swinging, workers=2)

    assert set(alone) == set(together) == {(1, 2), (1, 50), (2, 2), (2, 50)}
    assert alone == together
    assert len(set(alone.values())) == 4, "each limit makes a difference"
    assert all(trades > 0 for trades, *_ in alone.values())


def test_space_when_it_holds_a_value_outside_the_domain_then_refused_at_the_start(
    workspace: Workspace,
) -> None:
    """Before an epoch was spent, and each of them with its message."""
    source = STRATEGY.replace("IntParameter(1, 2,", "IntParameter(0, 2,").replace("[2, 50]", "[-1, 50]")
    workspace.write_strategies(source)
    config = workspace.write_config(pairs=list(PAIRS), timeframe="1h", riskkit=SECTION)
    arguments = {"config": [str(config)], "user_data_dir": str(workspace.user_data), "strategy": "Swinging"}
    arguments |= {"spaces": ["buy", "protection"]}
    strategy = StrategyResolver.load_strategy(setup_optimize_configuration(arguments, RunMode.HYPEROPT))

    with pytest.raises(OperationalException) as refused:
        strategy.ft_bot_start()

    first, *problems = str(refused.value).splitlines()
    assert "2 problems" in first
    assert problems[0].startswith("riskkit.entry.max_open_positions must be")
    assert problems[1].startswith("riskkit.circuit_breaker.loss_streak.limit must be")


def _optimise(workspace: Workspace, workers: int) -> Mapping[Limits, Result]:
    """Give trades, profit and drawdown by the limits of the epoch; epochs of the same limits must agree."""
    done = freqtrade(
        *("hyperopt", "--config", workspace.config_file, "--userdir", workspace.user_data),
        *("--strategy", "Swinging", "--spaces", "buy", "protection", "-j", str(workers), "-e", str(EPOCHS)),
        *("--hyperopt-loss", "OnlyProfitHyperOptLoss", "--random-state", "5", "--disable-param-export"),
        "--enable-protections",
        cwd=workspace.root,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found = defaultdict(set)
    for epoch in _epochs(workspace.user_data / "hyperopt_results"):
        parameters, metrics = epoch["params_dict"], epoch["results_metrics"]
        limits = parameters["buy_positions"], parameters["protection_streak"]
        found[limits].add((metrics["total_trades"], metrics["profit_total_abs"], metrics["max_drawdown_abs"]))
    assert sum(len(results) for results in found.values()) < EPOCHS
    assert {limits: len(results) for limits, results in found.items()} == dict.fromkeys(found, 1)
    return {limits: results.pop() for limits, results in found.items()}


def _epochs(folder: Path) -> list[dict[str, Any]]:
    (file,) = folder.glob("*.fthypt")
    epochs = [json.loads(line) for line in file.read_text().splitlines()]
    file.unlink()
    assert len(epochs) == EPOCHS
    return epochs
