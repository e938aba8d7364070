"""The kit's part of a backtest's result."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from freqtrade.data.metrics import calculate_calmar, calculate_max_drawdown
from pandas import DataFrame

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.performance import Metrics
from freqtrade_riskkit.host.backtest_figures import BacktestFigures
from freqtrade_riskkit.report.run_result import EntryLine, EquityLine, RunResult, TripLine

if TYPE_CHECKING:
    from freqtrade_riskkit.host.books import AccountBooks
    from freqtrade_riskkit.host.session import RiskSession


def result_of(session: RiskSession, books: AccountBooks) -> RunResult:
    """Give what the kit has to say of the backtest that just ended."""
    gate, figures = session.gate, books.closed
    if not isinstance(figures, BacktestFigures):
        raise TypeError("these aren't the books of a backtest")
    metrics = metrics_of(figures, books.began_at, books.now)
    trips, let_go = (books.desk.trips, books.desk.let_go) if books.desk is not None else ([], {})
    warnings = dict(gate.denials.warned)
    if books.desk is not None and books.desk.warnings:
        warnings[str(Code.LIMIT_NEAR)] = books.desk.warnings
    day, profit = worst_day(figures)
    curve, is_judged = books.curve, books.desk is not None
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
                until=let_go.get(trip, trip.until),
                latched=trip.latched,
                detail=trip.detail,
                let_go=trip in let_go,
            )
            for trip in trips
        ),
        denials=dict(gate.denials.denied),
        warnings=warnings,
        entries=EntryLine(
            passed=gate.entries.total,
            high_confidence=gate.entries.high_confidence,
            high_confidence_share=gate.entries.high_confidence_share,
            average_positions=books.average_positions,
            one_slot_left=gate.entries.one_slot_left,
        ),
        metrics=metrics,
        equity=EquityLine(
            start=figures.starting_balance,
            final=figures.starting_balance + metrics.net_profit,
            peak=metrics.peak_equity,
            max_drawdown=metrics.max_drawdown,
            max_drawdown_abs=metrics.max_drawdown_abs,
            worst_day=day,
            worst_day_profit=profit,
            marked_final=curve.equity if curve else None,
            marked_peak=curve.peak if curve else None,
            marked_current_drawdown=curve.current_drawdown if curve else None,
            marked_max_drawdown=curve.max_drawdown if curve else None,
            marked_max_drawdown_abs=curve.max_drawdown_abs if curve else None,
            adverse_max_drawdown=curve.adverse_max_drawdown if curve else None,
            worst_day_loss=curve.worst_day_loss if curve and is_judged else None,
            adverse_worst_day_loss=curve.adverse_worst_day_loss if curve and is_judged else None,
        ),
        orders=figures.orders.finished(),
    )


def metrics_of(figures: BacktestFigures, since: datetime, until: datetime) -> Metrics:
    """Give an account's metrics with the drawdowns that Freqtrade's own report shows.

    A drawdown depends on the order of trades that closed at one moment. The kit's figures take them
    as they closed; Freqtrade sorts by close date, in an order of its own among equals. So that both
    reports of a backtest agree, its functions are asked where moments are shared.
    """
    metrics, closed_at = figures.metrics(since, until), figures.closed_at
    if len(set(closed_at)) == len(closed_at):
        return metrics
    start = figures.starting_balance
    trades = DataFrame({"close_date": closed_at, "profit_abs": figures.net_pnl})
    calmar = metrics.calmar and calculate_calmar(trades, since, until, start)
    underwater = calculate_max_drawdown(trades, starting_balance=start, relative=True)
    return replace(
        metrics,
        calmar=None if calmar is None else float(calmar),
        max_drawdown=float(underwater.relative_account_drawdown),
        max_drawdown_abs=float(calculate_max_drawdown(trades, starting_balance=start).drawdown_abs),
    )


def worst_day(figures: BacktestFigures) -> tuple[str | None, float | None]:
    """Give the UTC day with the least closed profit, and that profit; None twice without a trade."""
    days: defaultdict[int, float] = defaultdict(float)
    for closed_at, net_pnl in zip(figures.closed_at, figures.net_pnl, strict=True):
        days[closed_at.toordinal()] += net_pnl
    if not days:
        return None, None
    day = min(days, key=lambda number: (days[number], number))
    return date.fromordinal(day).isoformat(), days[day]
