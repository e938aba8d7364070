"""What a trade costs."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from freqtrade_riskkit.practice.errors import PracticeError


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """The fees of an account, as fractions of a trade's value.

    Attributes
    ----------
    maker
        For orders that waited in the book, in [0, 0.1].
    taker
        For orders that were filled on arrival, in [0, 0.1].
    in_bnb
        Pay in BNB, a quarter cheaper, as long as there is enough of it. Else, and otherwise, a buy pays in
        the base currency it receives and a sell in quote currency.
    """

    maker: Decimal = Decimal("0.001")
    taker: Decimal = Decimal("0.001")
    in_bnb: bool = False

    def __post_init__(self) -> None:
        for name in ("maker", "taker"):
            rate: Decimal = getattr(self, name)
            if not (rate.is_finite() and 0 <= rate <= HIGHEST_FEE):
                raise PracticeError(
                    f"the {name} fee must be in [0, {HIGHEST_FEE}], was {rate} (for 0.1 % write 0.001)"
                )

    def rate(self, is_maker: bool) -> Decimal:
        """Return the fee of a trade as a fraction of its value."""
        return self.maker if is_maker else self.taker


BNB = "BNB"
BNB_PART = Decimal("0.75")
HIGHEST_FEE = Decimal("0.1")
