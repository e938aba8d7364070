"""The figures of `core.performance` over a whole history at once, from arrays."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from freqtrade_riskkit.core.performance import DAYS_A_YEAR, Metrics

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def metrics_of_arrays(
    starting_balance: float,
    net_pnl: Floats,
    fees: Floats,
    holding_seconds: Floats,
    since: datetime | None,
    until: datetime | None,
    cash_flows: Floats | None = None,
) -> Metrics:
    """Give the metrics of one account's closed trades, in the order of their closing.

    The same figures, and the same rule for each undefined one, as `Performance.metrics` gives after
    taking the trades one by one; equal to within rounding (relative 1e-9).

    Parameters
    ----------
    starting_balance
        Balance at the start in stake currency, above 0.
    net_pnl, fees, holding_seconds
        One value for each trade, shape ``(n,)``, all finite; stake currency, stake currency, seconds.
    since, until
        The period that daily means refer to, see `Performance.metrics`.
    cash_flows
        Deposits less withdrawals from the start to each close, shape ``(n,)``, stake currency; None where
        there were none. They are no profit and no loss: the peak that a fall is measured from moves with
        them. Where that leaves nothing above zero to fall from, the fall is whole.

    Raises
    ------
    ValueError
        Where the balance isn't above 0, a value isn't finite or the shapes differ.
    """
    if not (math.isfinite(starting_balance) and starting_balance > 0):
        raise ValueError(f"starting_balance must be above 0, was {starting_balance}")
    if not net_pnl.shape == fees.shape == holding_seconds.shape or net_pnl.ndim != 1:
        raise ValueError(
            f"one value a trade is needed: shapes {net_pnl.shape}, {fees.shape}, {holding_seconds.shape}"
        )
    flows = np.zeros_like(net_pnl) if cash_flows is None else cash_flows
    if flows.shape != net_pnl.shape:
        raise ValueError(f"one sum of cash flows a trade is needed: {flows.shape}, {net_pnl.shape}")
    columns = {"net_pnl": net_pnl, "fees": fees, "holding_seconds": holding_seconds, "cash_flows": flows}
    for name, values in columns.items():
        if not np.isfinite(values).all():
            raise ValueError(
                f"{name} must be finite, has {np.count_nonzero(~np.isfinite(values))} that aren't"
            )
    count = int(net_pnl.size)
    won, lost = net_pnl > 0, net_pnl < 0
    wins, losses = int(np.count_nonzero(won)), int(np.count_nonzero(lost))
    won_money, lost_money = float(net_pnl[won].sum()), float(-net_pnl[lost].sum())
    profit = float(net_pnl.sum())
    win_rate = wins / count if count else None
    average_loss = lost_money / losses if losses else None
    average_win = won_money / wins if wins else None
    equity = np.cumsum(net_pnl)
    high = np.maximum(np.maximum.accumulate(equity), 0.0) if count else equity
    falls = high - equity
    peaks = starting_balance + high + flows
    ratios = np.divide(falls, peaks, out=(falls > 0).astype(np.float64), where=peaks > 0)
    deepest = int(falls.argmax()) if count else 0
    a_day = _profit_a_day(profit, count, since, until)
    return Metrics(
        trades=count,
        wins=wins,
        losses=losses,
        draws=count - wins - losses,
        win_rate=win_rate,
        average_win=average_win,
        average_loss=average_loss,
        expectancy=(won_money - lost_money) / count if count else None,
        expectancy_ratio=(
            (1 + (average_win or 0.0) / average_loss) * win_rate - 1
            if average_loss and win_rate is not None
            else None
        ),
        profit_factor=won_money / lost_money if lost_money else None,
        sharpe=_a_year(a_day, _deviation(net_pnl, 0)),
        sortino=_a_year(a_day, _deviation(net_pnl[lost], 0)),
        calmar=_a_year(a_day, float(ratios[deepest]) * starting_balance / 100 if count else None),
        sqn=_ratio(math.sqrt(count) * float(net_pnl.mean()), _deviation(net_pnl, 1)) if count else None,
        max_drawdown=float(ratios.max()) if count else None,
        max_drawdown_abs=float(falls[deepest]) if count else None,
        current_drawdown=float(ratios[-1]) if count else None,
        current_drawdown_abs=float(falls[-1]) if count else None,
        peak_equity=float(peaks[-1]) if count else starting_balance,
        win_streak=_current_run(won),
        loss_streak=_current_run(lost),
        longest_win_streak=_longest_run(won),
        longest_loss_streak=_longest_run(~won),
        average_holding_seconds=float(holding_seconds.mean()) if count else None,
        fees=float(fees.sum()),
        net_profit=profit,
    )


def _deviation(values: Floats, lost_degrees: int) -> float | None:
    """Give the standard deviation; below one part in 10¹² of the mean it is rounding, and undefined."""
    if values.size <= lost_degrees:
        return None
    deviation = float(values.std(ddof=lost_degrees))
    return deviation if deviation > 1e-12 * abs(float(values.mean())) else None


def _current_run(flags: Flags) -> int:
    """Count the true values at the end."""
    if not flags.size or flags.all():
        return int(flags.size)
    return int(np.argmin(flags[::-1]))


def _longest_run(flags: Flags) -> int:
    """Count the longest row of true values."""
    breaks = np.flatnonzero(~flags)
    edges = np.concatenate(([-1], breaks, [flags.size]))
    return int(np.diff(edges).max()) - 1


def _profit_a_day(profit: float, count: int, since: datetime | None, until: datetime | None) -> float | None:
    if since is None or until is None or since == until or not count:
        return None
    return profit / max(1, (until - since).days)


def _ratio(value: float, divisor: float | None) -> float | None:
    return value / divisor if divisor else None


def _a_year(a_day: float | None, divisor: float | None) -> float | None:
    return None if a_day is None or not divisor else a_day / divisor * math.sqrt(DAYS_A_YEAR)
