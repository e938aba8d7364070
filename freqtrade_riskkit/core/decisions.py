"""What a rule answers: a code, and the numbers that led to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Codes that begin every lock reason, denial and warning. Scripts rely on them: they stay."""

    DAILY_LOSS_EXCEEDED = "DAILY_LOSS_EXCEEDED"
    DRAWDOWN_EXCEEDED = "DRAWDOWN_EXCEEDED"
    CONSECUTIVE_LOSSES_EXCEEDED = "CONSECUTIVE_LOSSES_EXCEEDED"
    ORDER_RATE_EXCEEDED = "ORDER_RATE_EXCEEDED"
    ERRORS_EXCEEDED = "ERRORS_EXCEEDED"
    MANUAL_TRIP = "MANUAL_TRIP"
    COOLDOWN = "COOLDOWN"
    LIMIT_NEAR = "LIMIT_NEAR"
    FLATTEN_VETOED = "FLATTEN_VETOED"
    DATA_STALE = "DATA_STALE"
    STOP_FLOOD = "STOP_FLOOD"
    CASH_FLOW_UNEXPLAINED = "CASH_FLOW_UNEXPLAINED"
    CAPITAL_FRAGMENTED = "CAPITAL_FRAGMENTED"
    LEDGER_UNAVAILABLE = "LEDGER_UNAVAILABLE"
    LEDGER_DAMAGED = "LEDGER_DAMAGED"
    RECORD_REFUSED = "RECORD_REFUSED"
    ACCOUNT_CONTAMINATED = "ACCOUNT_CONTAMINATED"
    ACCOUNT_SHARED = "ACCOUNT_SHARED"
    DRAWDOWN_WARNING = "DRAWDOWN_WARNING"
    EXPECTANCY_NEGATIVE = "EXPECTANCY_NEGATIVE"
    ENTRIES_DISABLED = "ENTRIES_DISABLED"
    POSITION_LIMIT = "POSITION_LIMIT"
    ENTRY_COOLDOWN = "ENTRY_COOLDOWN"
    CONFIDENCE_TOO_LOW = "CONFIDENCE_TOO_LOW"
    DCA_DISABLED = "DCA_DISABLED"
    PAIR_ALREADY_OPEN = "PAIR_ALREADY_OPEN"
    CONFIG_INVALID = "CONFIG_INVALID"
    CHECK_FAILED = "CHECK_FAILED"


class Unit(StrEnum):
    """How the numbers of a decision are to be read and written."""

    MONEY = "money"
    COUNT = "count"
    RATIO = "ratio"
    SECONDS = "seconds"
    NONE = "none"


def format_value(value: float, unit: Unit, currency: str) -> str:
    """Write a number with its unit.

    Parameters
    ----------
    value
        Any float; NaN is written as ``nan``.
    unit
        Decides the number of digits and the suffix.
    currency
        The stake currency, used for `Unit.MONEY` only.

    Returns
    -------
    str
        For instance ``50.00 USDT``, ``3``, ``0.0512`` or ``300 s``. Amounts below 1 keep six
        digits, so that stakes in BTC stay readable.

    Examples
    --------
    >>> format_value(50, Unit.MONEY, "USDT")
    '50.00 USDT'
    >>> format_value(0.00123456, Unit.MONEY, "BTC")
    '0.001235 BTC'
    >>> format_value(3.0, Unit.COUNT, "USDT")
    '3'
    """
    if unit is Unit.MONEY:
        digits = 2 if value == 0 or abs(value) >= 1 else 6
        return f"{value:.{digits}f} {currency}"
    if unit is Unit.COUNT:
        return f"{value:.0f}"
    if unit is Unit.SECONDS:
        return f"{value:.0f} s"
    return f"{value:.4f}"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of one rule to one request.

    Attributes
    ----------
    allowed
        False denies the request.
    code
        What was decided on; None where nothing is to be said.
    limit, value
        The limit and the figure that was held against it, in `unit`; None where a rule has none.
    unit
        How to read the two.
    detail
        Further words, added behind the numbers.
    """

    allowed: bool
    code: Code | None = None
    limit: float | None = None
    value: float | None = None
    unit: Unit = Unit.NONE
    detail: str = ""

    def message(self, currency: str = "") -> str:
        """Write the decision as ``CODE: limit=…, value=…``.

        Examples
        --------
        >>> Decision(False, Code.POSITION_LIMIT, 2, 2, Unit.COUNT).message()
        'POSITION_LIMIT: limit=2, value=2'
        """
        parts = []
        if self.limit is not None:
            parts.append(f"limit={format_value(self.limit, self.unit, currency)}")
        if self.value is not None:
            parts.append(f"value={format_value(self.value, self.unit, currency)}")
        if self.detail:
            parts.append(self.detail)
        code = str(self.code) if self.code is not None else "ALLOWED"
        return f"{code}: {', '.join(parts)}" if parts else code


ALLOWED = Decision(True)
