"""How much a position may still be added to where only what was planned passes."""

from __future__ import annotations

import math
from dataclasses import dataclass

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Ladder:
    """The entries that a position was planned with when it was entered.

    ``reserve = first_stake · steps``. Freqtrade knows no plan, so each step counts as one more stake
    of the first entry's size, whatever the steps really are.

    Attributes
    ----------
    first_stake
        Stake of the first filled entry, in stake currency; 0 or more, 0 where none is filled yet.
    steps
        Number of added entries that are allowed; -1, Freqtrade's word for no limit, reserves nothing:
        what has no end wasn't planned.
    added
        Stakes of the entries added so far, those of open orders included; 0 or more.

    Raises
    ------
    ValueError
        Where a figure is not finite or negative, or there are fewer steps than -1.
    """

    first_stake: float
    steps: int
    added: float

    def __post_init__(self) -> None:
        if self.steps < -1:
            raise ValueError(f"a ladder has -1 or more steps, not {self.steps}")
        for name, stake in (("first_stake", self.first_stake), ("added", self.added)):
            if not (math.isfinite(stake) and stake >= 0):
                raise ValueError(f"{name} of a ladder must be a finite amount of 0 or more, was {stake}")

    @property
    def reserve(self) -> float:
        """All that may be added to the first entry, in stake currency."""
        return self.first_stake * max(self.steps, 0)

    def covers(self, stake: float) -> bool:
        """Say whether one more entry stays within the reserve; just at it, it does.

        Parameters
        ----------
        stake
            Of the entry, in stake currency.

        Raises
        ------
        ValueError
            Where the stake is not a finite amount above 0.

        Examples
        --------
        >>> Ladder(first_stake=100, steps=2, added=100).covers(100)
        True
        >>> Ladder(first_stake=100, steps=2, added=100).covers(101)
        False
        """
        if not (math.isfinite(stake) and stake > 0):
            raise ValueError(f"an added entry's stake must be a finite amount above 0, was {stake}")
        return self.added + stake <= self.reserve * (1 + _ROUNDING)
