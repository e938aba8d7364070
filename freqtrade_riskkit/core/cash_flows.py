"""Deposits and withdrawals, and whether they explain what a wallet holds.

What was put in = wallet + what positions tie up - what trades realised. Trading leaves it as it is; only
deposits and withdrawals move it. So it is followed from look to look, and a fall that they don't explain is
told. Only the stake currency is looked at: fees paid in another one, airdrops and the like pass by.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from freqtrade_riskkit.core.decisions import Code, Decision, Unit

TOLERANCE = 0.01
"""Part of the equity that may be unexplained: rounding, fees that Freqtrade doesn't know exactly, dust."""
PERSISTENCE = timedelta(seconds=60)
"""How long a difference has to last, over two looks at least; orders in flight make short ones."""
_DRIFT_PERIOD = timedelta(days=1)
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class CashFlow:
    """Money that came in (amount above 0) or went out (below 0, with its fee), in stake currency.

    Attributes
    ----------
    amount
        What the wallet moved by; finite and not 0.
    at
        When, by the exchange's clock; aware.
    id
        The same for the same flow, each time it is read.
    """

    amount: float
    at: datetime
    id: str

    def __post_init__(self) -> None:
        if not math.isfinite(self.amount) or self.amount == 0:
            raise ValueError(f"the amount of a cash flow must be finite and not 0, was {self.amount}")
        _aware(self.at)


@dataclass(frozen=True, slots=True)
class CashFigures:
    """The account at one look, in stake currency.

    Attributes
    ----------
    put_in
        Wallet + what positions tie up - what trades realised; may be below 0 where profits were taken out.
    equity
        Wallet + what positions tie up.
    """

    put_in: float
    equity: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.put_in) and math.isfinite(self.equity)):
            raise ValueError(f"cash figures must be finite, were {self.put_in} and {self.equity}")


@dataclass(frozen=True, slots=True)
class CashMemory:
    """What is known from earlier looks.

    Attributes
    ----------
    put_in
        What should be found as put in.
    equity
        At the last look without a suspicion.
    looked_at
        The last look.
    suspected_since, suspected
        First look of a difference that lasts; the smallest that it was since. None and 0 without one.
    reported, reported_at
        What was told as unexplained and no flow has explained since, below 0 for a fall; when it was told
        last.
    """

    put_in: float
    equity: float
    looked_at: datetime
    suspected_since: datetime | None = None
    suspected: float = 0.0
    reported: float = 0.0
    reported_at: datetime | None = None


class CashChange(StrEnum):
    """What can be found."""

    FALL = "fall"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class CashFinding:
    """An unexplained change, told once.

    Attributes
    ----------
    change
        Which way.
    limit, value
        How much may be unexplained, and how much is; both above 0, in stake currency.
    """

    change: CashChange
    limit: float
    value: float

    def decision(self, detail: str = "") -> Decision:
        """Give it as something to be told: it denies nothing."""
        return Decision(True, Code.CASH_FLOW_UNEXPLAINED, self.limit, self.value, Unit.MONEY, detail)


def begin(figures: CashFigures, at: datetime) -> CashMemory:
    """Begin with what is there, whatever it is."""
    return CashMemory(figures.put_in, figures.equity, _aware(at))


def after_flows(memory: CashMemory, flows: Iterable[CashFlow]) -> tuple[CashMemory, float]:
    """Take flows in.

    Exchanges may list a withdrawal long after the money has left. What was told as unexplained meanwhile
    is taken as explained by a flow of the same direction that began before it was told.

    Returns
    -------
    tuple
        The memory, and how much of what had been told these flows explain; 0 for nothing.
    """
    put_in, reported, explained = memory.put_in, memory.reported, 0.0
    for flow in flows:
        late = 0.0
        if memory.reported_at is not None and flow.at <= memory.reported_at and flow.amount * reported > 0:
            late = math.copysign(min(abs(flow.amount), abs(reported)), reported)
        put_in += flow.amount - late
        reported -= late
        explained += late
    return replace(memory, put_in=put_in, reported=reported), explained


def judge(
    memory: CashMemory, figures: CashFigures, at: datetime, leaving: float = 0.0
) -> tuple[CashMemory, CashFinding | None]:
    """Hold a look against what should be found.

    A difference within the tolerance, `TOLERANCE` of the equity, is forgiven at the pace of one tolerance a
    day, so that small errors never add up to a finding and a larger leak does. A greater one is told once
    it has lasted `PERSISTENCE`, as the smallest that it was meanwhile, and then taken for the new state.

    Parameters
    ----------
    memory
        After the flows that are known by now.
    figures
        The account now.
    at
        The moment, aware; where it lies before the last look no time has passed.
    leaving
        Withdrawals under way, at least 0: money that may have left already.

    Raises
    ------
    ValueError
        Where `leaving` isn't finite or below 0, or the moment is naive.
    """
    if not (math.isfinite(leaving) and leaving >= 0):
        raise ValueError(f"withdrawals under way must be finite and at least 0, were {leaving}")
    passed = max(_aware(at) - memory.looked_at, timedelta(0))
    gap = figures.put_in - memory.put_in
    limit = max(TOLERANCE * max(memory.equity, figures.equity), _ROUNDING * abs(memory.put_in))
    if abs(gap) <= limit:
        forgiven = limit * min(passed / _DRIFT_PERIOD, 1.0)
        drift = math.copysign(min(abs(gap), forgiven), gap)
        return _calm(replace(memory, put_in=memory.put_in + drift, equity=figures.equity), at), None
    if -limit - leaving <= gap < 0:
        return _calm(memory, at), None
    if memory.suspected_since is None or gap * memory.suspected < 0:
        return replace(memory, looked_at=at, suspected_since=at, suspected=gap), None
    least = math.copysign(min(abs(gap), abs(memory.suspected)), gap)
    if at - memory.suspected_since < PERSISTENCE:
        return replace(memory, looked_at=at, suspected=least), None
    told = replace(
        memory,
        put_in=figures.put_in if least == gap else memory.put_in + least,
        equity=figures.equity,
        reported=memory.reported + least,
        reported_at=at,
    )
    change = CashChange.FALL if least < 0 else CashChange.RISE
    return _calm(told, at), CashFinding(change, limit, abs(least))


def _calm(memory: CashMemory, at: datetime) -> CashMemory:
    return replace(memory, looked_at=at, suspected_since=None, suspected=0.0)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment must have a timezone, was {moment}")
    return moment
