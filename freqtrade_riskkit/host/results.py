"""The kit's part of a backtest's result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from freqtrade_riskkit.core.records import TradeRecord
from freqtrade_riskkit.report.run_result import EntryLine, EquityLine, RunResult, TripLine

if TYPE_CHECKING:
    from freqtrade_riskkit.host.books import AccountBooks
    from freqtrade_riskkit.host.session import RiskSession


def result_of(session: RiskSession, books: AccountBooks) -> RunResult:
    """Give what the kit has to say of the backtest that just ended."""
    gate, metrics = session.gate, books.metrics()
    trips = books.desk.trips if books.desk is not None else []
    day, profit = worst_day(books.records)
    return RunResult(
        account_id=session.account_id,
        currency=session.currency,
        mode=session.config.mode,
        configured=session.present,
        breaker_configured=session.config.circuit_breaker is not None,
        breaker_simulated=session.breaker_simulated,
        failure=session.failure,
        trips=tuple(
            TripLine(
                code=str(trip.code),
                at=trip.at,
                limit=trip.limit,
                value=trip.value,
                unit=trip.unit,
                until=trip.until,
                latched=trip.latched,
                detail=trip.detail,
            )
            for trip in trips
        ),
        denials=dict(gate.denials.denied),
        warnings=dict(gate.denials.warned),
        entries=EntryLine(
            passed=gate.entries.total,
            high_confidence=gate.entries.high_confidence,
            high_confidence_share=gate.entries.high_confidence_share,
            average_positions=books.average_positions,
            one_slot_left=gate.entries.one_slot_left,
        ),
        metrics=metrics,
        equity=EquityLine(
            start=books.performance.starting_balance,
            final=books.performance.starting_balance + metrics.net_profit,
            peak=metrics.peak_equity,
            max_drawdown=metrics.max_drawdown,
            max_drawdown_abs=metrics.max_drawdown_abs,
            worst_day=day,
            worst_day_profit=profit,
        ),
        orders=books.orders.finished(),
    )


def worst_day(records: Iterable[TradeRecord]) -> tuple[str | None, float | None]:
    """Give the UTC day with the least closed profit, and that profit; None twice without a trade."""
    days: defaultdict[str, float] = defaultdict(float)
    for record in records:
        days[record.exit_at.date().isoformat()] += record.net_pnl
    if not days:
        return None, None
    day = min(days, key=lambda name: (days[name], name))
    return day, days[day]
