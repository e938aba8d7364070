"""What a Freqtrade config says of the account: its size, a stake, and how many positions may be open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.host.account import account_id
from freqtrade_riskkit.host.modes import Run


@dataclass(frozen=True, slots=True)
class AccountSize:
    """
    The account as far as the config tells it.

    Parameters
    ----------
    name
        Name of the account in the records.
    currency
        Stake currency, empty where the config names none.
    amount
        What the bot may trade with, in stake currency; None where only the exchange knows it.
    origin
        How the amount was found.
    stake
        One position's stake, None where it depends on what isn't known.
    """

    name: str
    currency: str
    amount: float | None
    origin: str
    stake: float | None

    def money(self, amount: float) -> str:
        """Return an amount with its currency: two decimals, or eight below one unit of a coin."""
        digits = 2 if amount >= 1 or amount == 0 or self.is_dollar_like else 8
        return f"{amount:.{digits}f} {self.currency}".strip()

    def part(self, ratio: float) -> str:
        """Return a ratio of the account in money, as far as its size is known."""
        if self.amount is None:
            return f"{ratio:g} of the account, known once the bot is connected"
        return self.share(ratio, self.amount)

    def share(self, ratio: float, whole: float, of_what: str = "") -> str:
        """Return a ratio of an amount in money; `of_what` follows the amount."""
        return f"{ratio:g} of {self.money(whole)}{of_what} = {self.money(ratio * whole)}"

    @property
    def is_dollar_like(self) -> bool:
        """Whether one unit of the stake currency is about one dollar."""
        return self.currency in {"USD", "USDT", "USDC", "BUSD", "FDUSD", "TUSD", "USDP", "DAI"}


@dataclass(frozen=True, slots=True)
class PositionLimits:
    """
    Positions that may be open at once.

    Parameters
    ----------
    freqtrade
        Freqtrade's max_open_trades; None where the config leaves it to the strategy.
    limits
        Each limit that holds for any signal, by the key that sets it.
    high_confidence
        The limit for signals of high confidence, None where it is the same.
    """

    freqtrade: float | None
    limits: Mapping[str, float]
    high_confidence: float | None

    @property
    def effective(self) -> float | None:
        """The smallest limit, None where none is known."""
        return min(self.limits.values(), default=None)

    @property
    def decided_by(self) -> str:
        """The key of the smallest limit, Freqtrade's first where several are equal."""
        return min(self.limits, key=lambda key: self.limits[key], default="")


def account_size(freqtrade: Mapping[str, Any], config: RiskKitConfig) -> AccountSize:
    """
    Read the account's size from a Freqtrade config with its defaults filled in.

    ``available_capital`` if it is set, else ``dry_run_wallet × tradable_balance_ratio`` in a dry-run.
    """
    currency = str(freqtrade.get("stake_currency", ""))
    amount, origin = _amount(freqtrade, currency)
    run = Run.DRY_RUN if freqtrade.get("dry_run", True) else Run.LIVE
    name = account_id(config.account_id, freqtrade, run)
    return AccountSize(name, currency, amount, origin, _stake(freqtrade, amount))


def position_limits(freqtrade: Mapping[str, Any], config: RiskKitConfig) -> PositionLimits:
    """Collect every limit on open positions; the smallest wins. In mode off only Freqtrade's holds."""
    slots = freqtrade.get("max_open_trades")
    limits: dict[str, float] = {}
    if slots is not None:
        limits["max_open_trades"] = math.inf if slots == -1 else slots
    if config.mode == "off":
        return PositionLimits(limits.get("max_open_trades"), limits, None)
    if config.profile_in_force is not None:
        limits[f"riskkit.{config.profile}.max_positions"] = config.profile_in_force.max_positions
    high = config.entry.max_open_positions_high_confidence
    of_all = min([*limits.values(), high], default=None) if high is not None else None
    if config.entry.max_open_positions is not None:
        limits["riskkit.entry.max_open_positions"] = config.entry.max_open_positions
    found = PositionLimits(limits.get("max_open_trades"), limits, of_all)
    return found if of_all != found.effective else PositionLimits(found.freqtrade, limits, None)


def _amount(freqtrade: Mapping[str, Any], currency: str) -> tuple[float | None, str]:
    if (capital := freqtrade.get("available_capital")) is not None:
        return float(capital), "available_capital"
    if not freqtrade.get("dry_run", True):
        return None, "live: the exchange knows the balance; available_capital would name it"
    wallet = freqtrade.get("dry_run_wallet", 0)
    balance = float(wallet.get(currency, 0) if isinstance(wallet, Mapping) else wallet)
    ratio = float(freqtrade.get("tradable_balance_ratio", 1))
    return balance * ratio, f"dry_run_wallet {balance:g} × tradable_balance_ratio {ratio:g}"


def _stake(freqtrade: Mapping[str, Any], amount: float | None) -> float | None:
    stake, slots = freqtrade.get("stake_amount"), freqtrade.get("max_open_trades")
    if isinstance(stake, int | float):
        return float(stake)
    if stake == "unlimited" and amount is not None and slots and math.isfinite(slots) and slots > 0:
        return amount / float(slots)
    return None
