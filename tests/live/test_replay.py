"""The same candles, through a backtest and through the real bot: the same trips."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest

from freqtrade_riskkit.practice import PracticeServer
from tests.live import ledger
from tests.live.bot import Bot
from tests.live.fleet import fleet
from tests.live.replay import CANDLE, FOLLOWS_CANDLES, Replay, ReplayedPrices, libfaketime
from tests.support.backtest import BacktestRun
from tests.support.candles import SYNTHETIC_PAIRS, walk

Backtest = Callable[..., BacktestRun]

PAIRS = SYNTHETIC_PAIRS[:4]
CONFIG = {
    "timeframe": "1h",
    "fee": 0.001,
    "stake_amount": 2400,
    "exchange": {"_ft_has_params": {"ohlcv_candle_limit": 20}, "markets_refresh_interval": 10_000},
}
SECTION: dict[str, Any] = {
    "daily_loss": {"limit": 0.03},
    "drawdown": {"limit": 0.032, "reset": "auto", "stop_duration": 180},
    "loss_streak": {"limit": 4},
    "order_rate": {"per_minute": 3, "per_hour": None},
    "cooldown_minutes": 60,
    "max_trips_per_day": None,
}
CODES = {
    "DAILY_LOSS_EXCEEDED",
    "DRAWDOWN_EXCEEDED",
    "CONSECUTIVE_LOSSES_EXCEEDED",
    "ORDER_RATE_EXCEEDED",
}
CENT = 0.005


class Tripped(NamedTuple):
    """A trip, at the candle in which it came."""

    code: str
    candle: pd.Timestamp
    limit: float
    value: float


class Fill(NamedTuple):
    """An entry or an exit, at the candle in which it was filled."""

    candle: pd.Timestamp
    pair: str
    what: str
    rate: float


@pytest.fixture(scope="module")
def candles() -> dict[str, pd.DataFrame]:
    """Forty hours, over two midnights, of pairs that fall more than they rise."""
    return {
        pair: walk(40, seed=230 + n, volatility=0.015, drift=-0.001, decimals=2, start="2024-01-01 12:00")
        for n, pair in enumerate(PAIRS)
    }


@pytest.mark.feature("D12", "backtest")
@pytest.mark.feature("D12", "dry_run")
@pytest.mark.parametrize(("mode", "hours"), [("enforce", 40), ("observe", 24)])
def test_trips_when_the_same_candles_run_through_backtest_and_bot_then_the_same_at_the_same_candles(
    candles: dict[str, pd.DataFrame],
    backtest: Backtest,
    tmp_path: Path,
    bots: list[Bot],
    mode: str,
    hours: int,
) -> None:
    """Every candle's open is held, so that the bot sees what the backtest does.

    It looks twice a candle: within its first seconds, and 15 s before its end, so that the marks of the
    last look are still young when the next candle begins.
    """
    library = libfaketime(tmp_path)
    if library is None:
        pytest.skip("libfaketime isn't installed: the bot's clock can't follow the candles")
    candles = {pair: frame[:hours] for pair, frame in candles.items()}
    section = {"mode": mode, "circuit_breaker": SECTION}
    dates = [date.to_pydatetime() for date in next(iter(candles.values()))["date"]]
    last = pd.Timestamp(dates[-1])

    run = backtest(FOLLOWS_CANDLES, candles, riskkit=section, config=CONFIG)
    prices = ReplayedPrices(candles, dates[1] - timedelta(seconds=15))
    with (
        PracticeServer(prices, spread=0) as server,
        fleet(tmp_path, server.overlay(), FOLLOWS_CANDLES, PAIRS, bots) as make,
    ):
        bot = make(config=CONFIG, riskkit=section)
        replay = Replay(bot, prices.clock)
        replay.start(library)
        dice = random.Random(12)
        for date in dates[1:-1]:
            replay.turn(date + timedelta(seconds=dice.randint(1, 9)))
            replay.turn(date + CANDLE - timedelta(seconds=15))
        told, filled, denied = ledger.decisions(bot.ledger), fills_of(bot), replay.denied()

    expected = [trip for trip in trips_of(run) if trip.candle < last]
    if mode == "enforce":
        assert {trip.code for trip in expected} == CODES
        assert any(
            trip.code == "DAILY_LOSS_EXCEEDED" and loss_of(run, trip) < trip.limit for trip in expected
        )
        assert any(fill.candle >= end for fill in filled for _, end in ends_in(run, before=last))
    assert len({trip.code for trip in expected}) >= 2
    trips = [
        Tripped(one.code, floor(one.at), one.numbers["limit"], one.numbers["value"])
        for one in told
        if one.kind == ("trip" if mode == "enforce" else "would_trip")
    ]
    assert [trip[:2] for trip in trips] == [trip[:2] for trip in expected]
    for trip, again in zip(trips, expected, strict=True):
        assert trip[2:] == pytest.approx(again[2:], abs=CENT if again.value > 10 else 1e-9), again
    assert filled == fills_in(run, before=last)
    ended = [(one.code, floor(one.at)) for one in told if one.kind == "reset"]
    assert ended == ends_in(run, before=last)
    assert denied == dict(run.riskkit["denials"])


def floor(moment: datetime | str) -> pd.Timestamp:
    """Give the candle that a moment lies in."""
    return pd.Timestamp(moment).tz_convert("UTC").floor(CANDLE)


def trips_of(run: BacktestRun) -> list[Tripped]:
    """Give the trips of a backtest."""
    return [
        Tripped(trip["code"], floor(trip["at"]), trip["limit"], trip["value"])
        for trip in run.riskkit["trips"]
    ]


def loss_of(run: BacktestRun, trip: Tripped) -> float:
    """Give what all trades lost that were closed by then: below the limit only open ones can have tripped."""
    closed = run.trades[run.trades["close_date"] <= trip.candle]
    return -float(closed["profit_abs"].sum())


def ends_in(run: BacktestRun, before: pd.Timestamp) -> list[tuple[str, pd.Timestamp]]:
    """Give code and candle of each trip's end, in their order."""
    ends = [
        (trip["code"], floor(trip["until"])) for trip in run.riskkit["trips"] if trip["until"] is not None
    ]
    return sorted((end for end in ends if end[1] < before), key=lambda end: end[1])


def fills_in(run: BacktestRun, before: pd.Timestamp) -> list[Fill]:
    """Give the fills of a backtest."""
    fills = []
    for trade in run.trades.itertuples():
        fills.append(Fill(trade.open_date, trade.pair, "entry", trade.open_rate))
        fills.append(Fill(trade.close_date, trade.pair, trade.exit_reason, trade.close_rate))
    return sorted(fill for fill in fills if fill.candle < before)


def fills_of(bot: Bot) -> list[Fill]:
    """Give the fills of a bot."""
    fills = []
    for trade in [*bot.rest.trades(), *bot.rest.open_trades()]:
        fills.append(Fill(floor(_utc(trade["open_timestamp"])), trade["pair"], "entry", trade["open_rate"]))
        if not trade["is_open"]:
            closed = floor(_utc(trade["close_timestamp"]))
            fills.append(Fill(closed, trade["pair"], trade["exit_reason"], trade["close_rate"]))
    return sorted(fills)


def _utc(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
