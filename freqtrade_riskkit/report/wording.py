"""Numbers and moments as the tables write them."""

from __future__ import annotations

from datetime import datetime

from freqtrade_riskkit.core.decisions import Unit, format_value


def money(value: float | None, currency: str) -> str:
    """Write an amount, or a dash where it is undefined."""
    return "–" if value is None else format_value(value, Unit.MONEY, currency)


def percent(value: float | None) -> str:
    """Write a ratio as a percentage, or a dash where it is undefined."""
    return "–" if value is None else f"{value:.2%}"


def plain(value: float | None) -> str:
    """Write a plain number, or a dash where it is undefined."""
    return "–" if value is None else f"{value:.2f}"


def minute(moment: datetime) -> str:
    """Write a moment to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}"


def of_limit(value: float, limit: float, unit: Unit, currency: str) -> str:
    """Write a figure beside its limit; ratios as percentages.

    Examples
    --------
    >>> of_limit(52.1, 50.0, Unit.MONEY, "USDT")
    '52.10 of 50.00 USDT'
    >>> of_limit(0.1534, 0.15, Unit.RATIO, "USDT")
    '15.34% of 15.00%'
    >>> of_limit(5, 5, Unit.COUNT, "USDT")
    '5 of 5'
    """
    if unit is Unit.RATIO:
        return f"{percent(value)} of {percent(limit)}"
    shown = format_value(value, unit, currency)
    return f"{shown.removesuffix(f' {currency}')} of {format_value(limit, unit, currency)}"
