"""Which accounts an exchange begins with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.trading.amounts import DIGIT, LARGEST_AMOUNT, is_multiple
from freqtrade_riskkit.practice.trading.fees import FeeSchedule

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ASSET = re.compile(r"[A-Z0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """An account as it begins.

    Attributes
    ----------
    name
        Letters, digits, `-` and `_`.
    balances
        Free money by asset, at least 0, with at most eight decimals.
    fees
        What its trades cost.
    """

    name: str
    balances: Mapping[str, Decimal]
    fees: FeeSchedule = field(default_factory=FeeSchedule)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise PracticeError(
                f"an account's name must be 1 to 40 letters, digits, - and _, was {self.name!r}"
            )
        for asset, amount in self.balances.items():
            check_asset(asset)
            if not (amount.is_finite() and 0 <= amount <= LARGEST_AMOUNT and is_multiple(amount, DIGIT)):
                raise PracticeError(
                    f"account {self.name}: {asset} must be in [0, {LARGEST_AMOUNT}] with at most 8 decimals, "
                    f"was {amount}"
                )


def check_asset(asset: str) -> None:
    """Raise PracticeError where this is no currency's name."""
    if not _ASSET.fullmatch(asset):
        raise PracticeError(f"a currency's name must be 1 to 20 capitals and digits, was {asset!r}")


STANDARD_ACCOUNTS = (
    AccountSpec("main", {"USDT": Decimal(10_000)}),
    AccountSpec("mirror", {"USDT": Decimal(10_000)}),
)
"""What an exchange begins with where nothing else is said."""


def checked_accounts(specs: tuple[AccountSpec, ...]) -> tuple[AccountSpec, ...]:
    """Return the accounts; PracticeError where there is none, or two have one name."""
    if not specs:
        raise PracticeError("a practice exchange needs at least one account")
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise PracticeError(f"two accounts are named {name}")
    return specs
