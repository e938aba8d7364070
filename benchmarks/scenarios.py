"""What is run: how many trades of what length, by whom, how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pandas as pd

from tests.support import candles

# Made-up pairs with random walks for candles: no market looked like this.
PAIRS = candles.SYNTHETIC_PAIRS[:8]
SEED = 20240805

# Everything on, no limit in reach: each trade passes every check, so that the trades stay the same. Stakes
# are 100 of 1,000,000, which keeps the daily loss and the drawdown far below their default limits; random
# trades do lose five times in a row, so that limit is out of the way. One entry a candle at most.
KIT: Mapping[str, Any] = MappingProxyType(
    {
        "circuit_breaker": {"loss_streak": {"limit": 100000}},
        "order_tracking": {},
        "entry": {
            "preset": "moderate",
            "max_open_positions": len(PAIRS) + 1,
            "max_open_positions_high_confidence": len(PAIRS) + 2,
        },
        "exits": {"bracket": {"stop": 0.9, "reward_to_risk": 100.0}},
    }
)


class Contender(StrEnum):
    """Who runs; the values are the strategies' class names, `CONTROL` is `PLAIN` once more."""

    PLAIN = "Plain"
    KIT = "WithKit"
    CONTROL = "Control"
    PROTECTIONS = "WithProtections"

    @property
    def strategy(self) -> str:
        """The name of the strategy class."""
        return Contender.PLAIN.value if self is Contender.CONTROL else self.value


@dataclass(frozen=True, slots=True)
class Scenario:
    """One list of trades.

    Attributes
    ----------
    name
        For the table.
    trades
        Closed trades, a multiple of the number of pairs.
    holding_candles
        From entry to exit.
    period_candles
        From one entry of a pair to its next one.
    timeframe
        Of the candles.
    volatility
        Standard deviation of a candle's log return.
    processes
        Over how many fresh processes the rounds are spread; `benchmarks.processes` says why. An even number:
        who runs first pays for memory that the process hasn't had before, and half of them begin backwards.
    rounds
        How often plain strategy and kit run in each process.
    control_rounds
        In how many of all processes' rounds the plain strategy runs once more, against itself. They are
        spread evenly: as many as processes is one in each.
    protections_rounds
        In how many of all processes' rounds Freqtrade's protections run, spread likewise; 0 leaves them out.
    """

    name: str
    trades: int
    holding_candles: int
    period_candles: int
    timeframe: str
    volatility: float
    processes: int
    rounds: int
    control_rounds: int
    protections_rounds: int

    @property
    def trades_per_pair(self) -> int:
        """Closed trades of each pair."""
        return self.trades // len(PAIRS)

    @property
    def plan(self) -> dict[str, int]:
        """The config key that the strategies read."""
        return {
            "trades_per_pair": self.trades_per_pair,
            "holding_candles": self.holding_candles,
            "period_candles": self.period_candles,
        }

    def frames(self) -> dict[str, pd.DataFrame]:
        """Make the candles, the same ones each time."""
        count = (self.trades_per_pair + 1) * self.period_candles + 2
        return {
            pair: candles.walk(
                count,
                seed=SEED + number,
                volatility=self.volatility,
                start="2015-01-01",
                timeframe=self.timeframe,
            )
            for number, pair in enumerate(PAIRS)
        }


# Run once and thrown away: the first backtest of a process is slower than all that follow.
WARM_UP = Scenario(
    *("warm-up", 400, 4, 8, "1h", 0.004),
    processes=1,
    rounds=1,
    control_rounds=0,
    protections_rounds=1,
)

# Freqtrade's four protections are quadratic in the trades: 20,000 would take some twenty minutes, so they
# run up to 5,000 unless asked for.
SCENARIOS = (
    Scenario(
        *("1,000 trades", 1_000, 4, 8, "1h", 0.004),  # a run takes less than a second, and so more of them
        processes=8,
        rounds=4,
        control_rounds=8,
        protections_rounds=2,
    ),
    Scenario(
        *("5,000 trades", 5_000, 4, 8, "1h", 0.004),
        processes=4,
        rounds=2,
        control_rounds=4,
        protections_rounds=1,
    ),
    Scenario(
        *("20,000 trades", 20_000, 4, 8, "1h", 0.004),
        processes=4,
        rounds=2,
        control_rounds=2,
        protections_rounds=0,
    ),
    Scenario(
        *("1,000,000 in-trade candles", 1_000, 1_000, 1_008, "5m", 0.001),
        processes=4,
        rounds=1,
        control_rounds=2,
        protections_rounds=0,
    ),
)
