"""Each key of the riskkit section with its value, where the value comes from, and what it is in money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from freqtrade_riskkit.cli.account_size import AccountSize
from freqtrade_riskkit.config import Loaded

_PROFILES = ("micro_cap", "small", "standard")
#: Ratios that are a part of the account.
_OF_THE_ACCOUNT = {
    "circuit_breaker.daily_loss.limit",
    "circuit_breaker.drawdown.limit",
    "order_tracking.max_held_capital",
}
_CAN_BE_OFF = {
    "circuit_breaker",
    "circuit_breaker.daily_loss",
    "circuit_breaker.drawdown",
    "circuit_breaker.loss_streak",
    "circuit_breaker.order_rate",
    "circuit_breaker.order_rate.per_minute",
    "circuit_breaker.order_rate.per_hour",
    "circuit_breaker.order_rate.stop_flood_per_minute",
    "circuit_breaker.errors",
    "circuit_breaker.data",
    "circuit_breaker.cash_flows",
    "order_tracking",
    "exits",
    "exits.bracket",
}
_OF_A_STAKE = "exits.bracket.stop"


@dataclass(frozen=True, slots=True)
class InForce:
    """
    One key of the section.

    Parameters
    ----------
    key
        Dotted, without ``riskkit.``.
    value
        As JSON holds it; a database URL without its password.
    source
        Why: ``environment``, or one of the sources of ``Loaded``.
    money
        What a ratio comes to, empty where the value is no part of the account.
    """

    key: str
    value: Any
    source: str
    money: str

    @property
    def section(self) -> str:
        """The section that holds the key, empty for the outermost keys."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """The key within its section."""
        return self.key.rpartition(".")[2]

    @property
    def shown(self) -> str:
        """The value for a person."""
        if self.money:
            return self.money
        if self.value is None:
            return "off" if self.key in _CAN_BE_OFF else "none"
        if isinstance(self.value, bool):
            return str(self.value).lower()
        if isinstance(self.value, list):
            return ", ".join(str(item["method"]) for item in self.value) or "none"
        text = f"{self.value:g}" if isinstance(self.value, float) else str(self.value)
        return f"{text} minutes" if self.name.endswith("stop_duration") else text

    @property
    def why(self) -> str:
        """The source for a person: a key of the same section goes by its own name."""
        return self.source.replace(f"follows {self.section}.", "follows ")


def in_force(loaded: Loaded, account: AccountSize, environment: frozenset[str]) -> Iterator[InForce]:
    """
    Yield every value that acts: all but the profiles that aren't in force.

    Parameters
    ----------
    loaded
        The section.
    account
        What ratios are a part of.
    environment
        Dotted keys that environment variables set.
    """
    data = loaded.config.model_dump(mode="json")
    for key, source in loaded.sources.items():
        section = key.partition(".")[0]
        if section in _PROFILES and section != loaded.config.profile:
            continue
        value: Any = data
        for part in key.split("."):
            value = value[part]
        if key == "db_url":
            value = without_password(str(value))
        by_environment = source == "config" and key in environment
        yield InForce(key, value, "environment" if by_environment else source, _money(key, value, account))


def without_password(url: str) -> str:
    """Return a database URL with the user, the password and all options left out."""
    scheme, _, rest = url.partition("://")
    plain = rest.partition("?")[0]
    if "@" not in plain:
        return f"{scheme}://{plain}"
    return f"{scheme}://***@{plain.rpartition('@')[2]}"


def _money(key: str, value: Any, account: AccountSize) -> str:
    if key == _OF_A_STAKE:
        return account.share(value, account.stake, " stake") if account.stake is not None else ""
    if key not in _OF_THE_ACCOUNT:
        return ""
    return account.part(value)
