"""What is traded on the practice exchange, and by which rules of size and price."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from freqtrade_riskkit.practice.errors import PracticeError

SMALLEST_VALUE = Decimal(5)
"""Smallest value of an order in dollars, and in quote currencies that aren't named below."""
SMALLEST_VALUES = {"BTC": Decimal("0.0001"), "ETH": Decimal("0.001"), "BNB": Decimal("0.01")}


@dataclass(frozen=True, slots=True)
class Contract:
    """The rules of a pair's USDT-margined perpetual swap."""

    tick: Decimal
    step: Decimal
    min_notional: Decimal


@dataclass(frozen=True, slots=True)
class Listing:
    """One pair and its trading rules.

    Attributes
    ----------
    base, quote
        Currencies, in Freqtrade's spelling.
    tick
        Prices are multiples of it (quote currency).
    step
        Amounts are multiples of it, and at least it (base currency).
    min_notional
        Smallest value of an order, in quote currency.
    reference_price
        What the pair costs where no price source says otherwise.
    daily_volume
        Traded amount a day, in base currency, where no price source says otherwise.
    contract
        The pair's perpetual swap; None if there is none.
    """

    base: str
    quote: str
    tick: Decimal
    step: Decimal
    min_notional: Decimal
    reference_price: Decimal
    daily_volume: Decimal
    contract: Contract | None = None

    def as_swap(self) -> Listing | None:
        """Return the pair with the rules of its perpetual swap; None if it has none."""
        contract = self.contract
        if contract is None:
            return None
        return replace(self, tick=contract.tick, step=contract.step, min_notional=contract.min_notional)

    @property
    def pair(self) -> str:
        """The pair's name in Freqtrade, such as BTC/USDT."""
        return f"{self.base}/{self.quote}"

    @property
    def symbol(self) -> str:
        """The pair's name on the exchange, such as BTCUSDT."""
        return self.base + self.quote


def _usdt(
    base: str, price: str, volume: str, tick: str, step: str, swap_tick: str, swap_step: str, swap_value: str
) -> Listing:
    return Listing(
        base=base,
        quote="USDT",
        tick=Decimal(tick),
        step=Decimal(step),
        min_notional=SMALLEST_VALUE,
        reference_price=Decimal(price),
        daily_volume=Decimal(volume),
        contract=Contract(Decimal(swap_tick), Decimal(swap_step), Decimal(swap_value)),
    )


STANDARD_LISTINGS: tuple[Listing, ...] = (
    _usdt("BTC", "95000", "25000", "0.01", "0.00001", "0.10", "0.001", "100"),
    _usdt("ETH", "3400", "350000", "0.01", "0.0001", "0.01", "0.001", "20"),
    _usdt("BNB", "700", "250000", "0.01", "0.001", "0.010", "0.01", "5"),
    _usdt("SOL", "190", "3500000", "0.01", "0.001", "0.0100", "0.01", "5"),
    _usdt("XRP", "2.2", "450000000", "0.0001", "0.1", "0.0001", "0.1", "5"),
    _usdt("ADA", "0.9", "200000000", "0.0001", "0.1", "0.00010", "1", "5"),
    _usdt("DOGE", "0.32", "1500000000", "0.00001", "1", "0.000010", "1", "5"),
    _usdt("LTC", "104", "600000", "0.01", "0.001", "0.01", "0.001", "20"),
    _usdt("LINK", "21", "5000000", "0.01", "0.01", "0.001", "0.01", "20"),
    _usdt("DOT", "6.8", "9000000", "0.001", "0.01", "0.001", "0.1", "5"),
    _usdt("AVAX", "36", "3000000", "0.01", "0.01", "0.0010", "1", "5"),
    _usdt("TRX", "0.25", "400000000", "0.0001", "0.1", "0.00001", "1", "5"),
)
"""Pairs that are always listed, with rules like those of the real exchange at the end of 2024."""


def split_pair(pair: str) -> tuple[str, str]:
    """Return base and quote of a pair such as BTC/USDT; PracticeError where it isn't one."""
    base, slash, quote = pair.partition("/")
    if not (slash and base.isalnum() and quote.isalnum() and pair.isascii() and pair == pair.upper()):
        raise PracticeError(f"{pair!r} is not a pair; write BASE/QUOTE in capitals, such as BTC/USDT")
    return base, quote


def listing_for(pair: str, price: float, finest_tick: Decimal | None) -> Listing:
    """Return the rules of a pair that a price source brings.

    A standard pair keeps its rules, unless the source's prices are written more finely than its tick.
    Any other pair gets rules that fit its price: six significant digits for the price at least, and a
    smallest amount worth about a hundredth of the quote currency.

    Parameters
    ----------
    pair
        In Freqtrade's spelling.
    price
        A price of the pair, above 0.
    finest_tick
        The tick that all the source's prices are multiples of; None where there is none.
    """
    for listing in STANDARD_LISTINGS:
        if listing.pair == pair:
            if finest_tick is not None and finest_tick < listing.tick:
                return replace(listing, tick=finest_tick)
            return listing
    base, quote = split_pair(pair)
    magnitude = math.floor(math.log10(price))
    by_size = _size(magnitude - 5)
    tick = by_size if finest_tick is None else min(by_size, finest_tick)
    step = _size(-magnitude - 2)
    return Listing(
        base=base,
        quote=quote,
        tick=tick,
        step=step,
        min_notional=SMALLEST_VALUES.get(quote, SMALLEST_VALUE),
        reference_price=Decimal(repr(price)),
        daily_volume=Decimal(1).scaleb(9 - magnitude),
        contract=Contract(tick, step, SMALLEST_VALUE) if quote == "USDT" else None,
    )


def _size(exponent: int) -> Decimal:
    """Return ten to the exponent, at least 0.00000001 and at most 1."""
    return Decimal(1).scaleb(max(-8, min(0, exponent)))
