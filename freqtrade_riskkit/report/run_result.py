"""What the kit has to say of one backtest, as it is written beside Freqtrade's result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from freqtrade_riskkit.core.decisions import Unit
from freqtrade_riskkit.core.performance import Metrics


@dataclass(frozen=True, slots=True)
class TripLine:
    """One trip: when, at which figure, and until when it held.

    Attributes
    ----------
    until
        None where it held to the end.
    let_go
        Whether it would have held until a person reset it, and ended only because it was just observed.
    """

    code: str
    at: datetime
    limit: float
    value: float
    unit: Unit
    until: datetime | None
    latched: bool
    detail: str
    let_go: bool = False


@dataclass(frozen=True, slots=True)
class EquityLine:
    """Equity in stake currency; drawdowns and losses of a day are ratios.

    Attributes
    ----------
    start, final, peak, max_drawdown, max_drawdown_abs, worst_day, worst_day_profit
        Over closed trades.
    marked_final, marked_peak, marked_current_drawdown, marked_max_drawdown, marked_max_drawdown_abs
        With open positions at each candle's open: the equity at the end, the peak, how far below it the end
        lies, and the largest fall from a peak as a ratio and in money. None in hyperopt without a breaker.
    worst_day_loss
        Largest loss since a day's opening, as a ratio of the part of that opening that the bot may use: what
        the breaker sees. None where none was simulated.
    adverse_max_drawdown, adverse_worst_day_loss
        The same with every open position at the worst price of the candle before: what the breaker can't
        see between two opens.
    """

    start: float
    final: float
    peak: float
    max_drawdown: float | None
    max_drawdown_abs: float | None
    worst_day: str | None
    worst_day_profit: float | None
    marked_final: float | None = None
    marked_peak: float | None = None
    marked_current_drawdown: float | None = None
    marked_max_drawdown: float | None = None
    marked_max_drawdown_abs: float | None = None
    adverse_max_drawdown: float | None = None
    worst_day_loss: float | None = None
    adverse_worst_day_loss: float | None = None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """Entries that passed, how many of high confidence, and mean open positions over all candles."""

    passed: int
    high_confidence: int
    high_confidence_share: float | None
    average_positions: float | None
    one_slot_left: int


@dataclass(frozen=True, slots=True)
class RunResult:
    """The kit's part of one strategy's backtest.

    Attributes
    ----------
    breaker_configured, breaker_simulated
        Whether there is a breaker, and whether the backtest ran it (``--enable-protections``).
    failure
        Why the books could not be kept to the end; None where they were.
    denials, warnings
        Counts by code; in mode observe, entries that would have been denied.
    orders
        Finished orders by purpose and final state.
    """

    account_id: str
    currency: str
    mode: str
    configured: bool
    breaker_configured: bool
    breaker_simulated: bool
    failure: str | None
    trips: tuple[TripLine, ...]
    denials: dict[str, int]
    warnings: dict[str, int]
    entries: EntryLine
    metrics: Metrics
    equity: EquityLine
    orders: dict[str, dict[str, int]]


_ADAPTER = TypeAdapter(RunResult)


def to_json(result: RunResult) -> dict[str, Any]:
    """Give a result as plain values, ready for JSON."""
    return dict(_ADAPTER.dump_python(result, mode="json"))


def from_json(values: Mapping[str, Any]) -> RunResult:
    """Read a result back."""
    return _ADAPTER.validate_python(dict(values), strict=False)
