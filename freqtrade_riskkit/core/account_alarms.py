"""When an account's course is bad enough to tell its owner, once each time it becomes so."""

from __future__ import annotations

import math
from dataclasses import dataclass

from freqtrade_riskkit.core.closed_balance import ClosedBalance
from freqtrade_riskkit.core.decisions import Code, Decision, Unit


@dataclass(frozen=True, slots=True)
class AlarmLimits:
    """What is told of.

    Attributes
    ----------
    drawdown
        Fall from the peak of the closed balance, as a fraction of it, above which an alarm is due, looked
        at after each trade; in (0, 1], None for never.
    expectancy_every
        After each so many closed trades the expectancy is looked at; 1 or more, None for never.
    """

    drawdown: float | None
    expectancy_every: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told of and still holds; it has to outlive the process."""

    drawdown: bool = False
    expectancy: bool = False


class AccountAlarms:
    """Looks at an account after each closed trade.

    An alarm is due once: again only after the figure went back within its limit. Trades and cash flows come
    in the order in which they happened.

    Parameters
    ----------
    limits
        What is told of.
    starting_balance
        Before the first trade, in stake currency; finite and above 0.
    told
        What an earlier process told.
    """

    def __init__(self, limits: AlarmLimits, starting_balance: float, told: Told) -> None:
        self._limits = limits
        self._balance = ClosedBalance(starting_balance)
        self._drawdown = 0.0
        self._trades = 0
        self._expectancy: float | None = None
        self.told = told

    def take(self, net_pnl: float) -> None:
        """Take in the net profit of a closed trade, in the order of closing; finite.

        Raises
        ------
        ValueError
            Where it isn't finite; nothing is taken in then.
        """
        if not math.isfinite(net_pnl):
            raise ValueError(f"net_pnl must be finite, was {net_pnl}")
        self._trades += 1
        self._balance.close(net_pnl)
        self._drawdown = self._balance.drawdown
        every = self._limits.expectancy_every
        if every is not None and self._trades % every == 0:
            self._expectancy = self._balance.profit / self._trades

    def cash_flow(self, amount: float) -> None:
        """Take in a deposit (above 0) or a withdrawal (below 0); finite. It counts from the next close on."""
        self._balance.cash_flow(amount)

    def due(self) -> list[Decision]:
        """Give the alarms that are due after the last trade, and count them as told."""
        found = []
        limit, fall = self._limits.drawdown, self._drawdown
        is_deep = limit is not None and fall > limit
        if is_deep and not self.told.drawdown:
            found.append(Decision(True, Code.DRAWDOWN_WARNING, limit, fall, Unit.RATIO))
        is_losing = self._expectancy is not None and self._expectancy < 0
        if is_losing and not self.told.expectancy:
            detail = f"a trade, after {self._trades} trades"
            found.append(
                Decision(True, Code.EXPECTANCY_NEGATIVE, 0.0, self._expectancy, Unit.MONEY, detail=detail)
            )
        self.told = Told(is_deep, is_losing)
        return found
