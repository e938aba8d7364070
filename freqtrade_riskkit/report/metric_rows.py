"""How each metric is called in tables, and its unit."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from freqtrade_riskkit.core.decisions import Unit
from freqtrade_riskkit.report.wording import money, percent, plain


class FigureRow(NamedTuple):
    """One figure: its name in JSON and CSV, its words, its unit."""

    name: str
    words: str
    unit: Unit


METRIC_ROWS = (
    FigureRow("trades", "Trades", Unit.COUNT),
    FigureRow("wins", "Wins", Unit.COUNT),
    FigureRow("losses", "Losses", Unit.COUNT),
    FigureRow("draws", "Draws", Unit.COUNT),
    FigureRow("net_profit", "Net profit", Unit.MONEY),
    FigureRow("fees", "Fees", Unit.MONEY),
    FigureRow("win_rate", "Win rate", Unit.RATIO),
    FigureRow("average_win", "Average win", Unit.MONEY),
    FigureRow("average_loss", "Average loss", Unit.MONEY),
    FigureRow("expectancy", "Expectancy a trade", Unit.MONEY),
    FigureRow("expectancy_ratio", "Expectancy ratio", Unit.NONE),
    FigureRow("profit_factor", "Profit factor", Unit.NONE),
    FigureRow("sharpe", "Sharpe, a year", Unit.NONE),
    FigureRow("sortino", "Sortino, a year", Unit.NONE),
    FigureRow("calmar", "Calmar, a year", Unit.NONE),
    FigureRow("sqn", "SQN", Unit.NONE),
    FigureRow("max_drawdown", "Max drawdown", Unit.RATIO),
    FigureRow("max_drawdown_abs", "Max drawdown in money", Unit.MONEY),
    FigureRow("current_drawdown", "Current drawdown", Unit.RATIO),
    FigureRow("current_drawdown_abs", "Current drawdown in money", Unit.MONEY),
    FigureRow("peak_equity", "Peak", Unit.MONEY),
    FigureRow("win_streak", "Wins in a row now", Unit.COUNT),
    FigureRow("loss_streak", "Losses in a row now", Unit.COUNT),
    FigureRow("longest_win_streak", "Most wins in a row", Unit.COUNT),
    FigureRow("longest_loss_streak", "Most trades in a row without a win", Unit.COUNT),
    FigureRow("average_holding_seconds", "Average time in a trade", Unit.SECONDS),
)
"""Every field of `Metrics`."""

EQUITY_ROWS = (
    FigureRow("equity", "Equity at the last sample", Unit.MONEY),
    FigureRow("peak", "Peak with open positions", Unit.MONEY),
    FigureRow("current_drawdown", "Current drawdown with open positions", Unit.RATIO),
    FigureRow("current_drawdown_abs", "The same in money", Unit.MONEY),
    FigureRow("max_drawdown", "Max drawdown with open positions", Unit.RATIO),
    FigureRow("max_drawdown_abs", "Max drawdown with open positions in money", Unit.MONEY),
    FigureRow("lowest", "Lowest equity", Unit.MONEY),
    FigureRow("highest", "Highest equity", Unit.MONEY),
    FigureRow("samples", "Equity samples", Unit.COUNT),
)
"""Every figure of `EquityFigures` but its moments."""


def cell(value: float | None, unit: Unit, currency: str) -> str:
    """Write a figure with its unit, a dash where it is undefined.

    Examples
    --------
    >>> cell(12_000, Unit.SECONDS, "USDT")
    '3:20:00'
    >>> cell(None, Unit.RATIO, "USDT")
    '–'
    """
    if value is None:
        return "–"
    if unit is Unit.MONEY:
        return money(value, currency)
    if unit is Unit.RATIO:
        return percent(value)
    if unit is Unit.COUNT:
        return f"{value:.0f}"
    if unit is Unit.SECONDS:
        return str(timedelta(seconds=round(value)))
    return plain(value)
