"""The entry gate holds, and the user's own callbacks work, however a strategy overrides them.

One run of the real backtest drives all shapes of strategies over the same candles, see
`tests.support.shapes`. Three pairs signal at 02:00; the first is closed at 05:00; at 06:00 the first
signals with a tag that the overrides refuse, and the second with one that they accept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.shapes import (
    ADDED,
    NOT_OVERRIDDEN,
    OVERRIDDEN,
    STAKE,
    WITHOUT_KIT,
    shapes_source,
)

pytestmark = pytest.mark.timeout(120)

FIRST, SECOND, THIRD = "BTC/USDT", "ETH/USDT", "SOL/USDT"
STILL = {pair: candles.flat(100.0, 12) for pair in (FIRST, SECOND, THIRD)}
SCRIPT = {
    FIRST: {
        "enter": {"2024-01-01 02:00": "yes", "2024-01-01 06:00": "no"},
        "exit": ["2024-01-01 05:00"],
    },
    SECOND: {"enter": {"2024-01-01 02:00": "yes", "2024-01-01 06:00": "yes"}},
    THIRD: {"enter": {"2024-01-01 02:00": "yes"}},
}
LIMITS = {"profile": "micro_cap", "entry": {"max_open_positions": 1}}

Backtests = Callable[..., dict[str, BacktestRun]]


def test_one_position_when_three_pairs_signal_then_one_enters_in_every_shape(backtests: Backtests) -> None:
    """Limit 1 and no added entries: the gate denies both, and the overrides decide on the rest.

    At 02:00 the first pair enters, two are denied; the addition at 03:00 is denied, the reduction at 04:00
    passes. At 06:00 the override refuses the first pair, and the second enters.
    """
    runs = backtests(
        shapes_source(), STILL, script=SCRIPT, riskkit=LIMITS, strategies=[*OVERRIDDEN, WITHOUT_KIT]
    )

    for name in OVERRIDDEN:
        run = runs[name]
        assert _opened(run) == [(FIRST, 2), (SECOND, 6)], name
        assert _entry_stakes(run) == {(FIRST, 2): [STAKE], (SECOND, 6): [STAKE]}, name
        assert _reductions(run) == {(FIRST, 2): 1, (SECOND, 6): 0}, name
        assert run.riskkit["denials"] == {"POSITION_LIMIT": 2, "DCA_DISABLED": 1}, name
        assert run.strategy.started, name
        assert _repeated(run.strategy.calls) == {}, name
    plain = runs[WITHOUT_KIT]
    assert _opened(plain) == [(FIRST, 2), (SECOND, 2), (THIRD, 2)]
    assert _reductions(plain) == {(FIRST, 2): 1, (SECOND, 2): 1, (THIRD, 2): 1}
    assert _entry_stakes(plain)[FIRST, 2] == [STAKE, ADDED]


def test_overrides_when_the_kit_only_observes_then_they_are_called_as_without_it(
    backtests: Backtests,
) -> None:
    """Every call of every callback, with its pair and time, is the same as in the plain strategy.

    Three signals and three additions would have been denied.
    """
    shapes = ["WithoutSuper", "BeforeTheMixin", "BehindTheMixin", "Diamond"]
    runs = backtests(
        shapes_source(),
        STILL,
        script=SCRIPT,
        riskkit={**LIMITS, "mode": "observe"},
        strategies=[*shapes, WITHOUT_KIT],
    )

    plain = runs[WITHOUT_KIT]
    for name in shapes:
        assert _called(runs[name]) == _called(plain), name
        pd.testing.assert_frame_equal(runs[name].trades, plain.trades)
        assert runs[name].riskkit["denials"] == {"POSITION_LIMIT": 3, "DCA_DISABLED": 3}, name


def test_entries_disabled_when_signals_come_then_no_shape_enters(backtests: Backtests) -> None:
    """All five signals are denied, and the strategy's own start and loops go on."""
    runs = backtests(
        shapes_source(),
        STILL,
        script=SCRIPT,
        riskkit={"entry": {"enabled": False}},
        strategies=[*OVERRIDDEN, NOT_OVERRIDDEN],
    )

    for name, run in runs.items():
        assert run.trades.empty, name
        assert run.riskkit["denials"] == {"ENTRIES_DISABLED": 5}, name
    for name in OVERRIDDEN:
        called = Counter(call[0] for call in runs[name].strategy.calls)
        assert called["bot_start"] >= 1, name
        assert called["confirm_trade_entry"] == called["custom_stake_amount"] == 0, name
    assert Counter(call[0] for call in runs["WithoutSuper"].strategy.calls)["bot_loop_start"] == 11


def test_breaker_when_tripped_then_no_shape_enters_or_adds_until_it_closed(backtests: Backtests) -> None:
    """One loss trips it at 02:00 for an hour, and a quarter of one more is cooldown.

    The loser opens at 01:00 and falls by a tenth. At 03:00 another signal and an addition are denied; the
    reduction at 04:00 passes; the signal at 05:00 passes.
    """
    falling = {FIRST: candles.from_opens([100.0, 100.0, 90.0] + [90.0] * 9), SECOND: STILL[SECOND]}
    script = {
        FIRST: {
            "enter": ["2024-01-01 01:00", "2024-01-01 03:00", "2024-01-01 05:00"],
            "exit": ["2024-01-01 02:00"],
        },
        SECOND: {"enter": ["2024-01-01 01:00"]},
    }
    breaker = {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 1, "stop_duration": 60}}

    runs = backtests(
        shapes_source(),
        falling,
        script=script,
        riskkit={"circuit_breaker": breaker},
        strategies=[*OVERRIDDEN],
    )

    for name, run in runs.items():
        assert _opened(run) == [(FIRST, 1), (SECOND, 1), (FIRST, 5)], name
        assert _entry_stakes(run)[SECOND, 1] == [STAKE], name
        assert _reductions(run)[SECOND, 1] == 1, name
        assert run.riskkit["trips"][0]["code"] == "CONSECUTIVE_LOSSES_EXCEEDED", name


def _hours(dates: pd.Series) -> list[int]:
    return [date.hour for date in dates]


def _opened(run: BacktestRun) -> list[tuple[str, int]]:
    opened = zip(_hours(run.trades["open_date"]), run.trades["pair"], strict=True)
    return [(pair, hour) for hour, pair in sorted(opened)]


def _entry_stakes(run: BacktestRun) -> dict[tuple[str, int], list[float]]:
    """Give the stake of each entry order, of each trade."""
    return _per_trade(
        run,
        lambda orders: [
            round(order["amount"] * order["safe_price"], 6) for order in orders if order["ft_is_entry"]
        ],
    )


def _reductions(run: BacktestRun) -> dict[tuple[str, int], int]:
    """Count the partial exits of each trade: all exit orders but the last."""
    return _per_trade(run, lambda orders: sum(not order["ft_is_entry"] for order in orders) - 1)


def _per_trade(run: BacktestRun, answer: Callable[[list[dict]], object]) -> dict:
    rows = run.trades[["pair", "open_date", "orders"]].itertuples(index=False)
    return {(row.pair, row.open_date.hour): answer(row.orders) for row in rows}


def _repeated(calls: list[tuple]) -> Mapping[tuple, int]:
    """Give the calls that were made more than once for the same pair, time and class.

    A callback that asks for ``super()`` notes itself and its base, each once.
    """
    return {call: count for call, count in Counter(calls).items() if count > 1}


def _called(run: BacktestRun) -> list[tuple]:
    """Give callback, pair and time of every call, in order."""
    return [call[:3] for call in run.strategy.calls]
