"""The whole `riskkit` section."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from freqtrade_riskkit.config.alerts import AlertsConfig
from freqtrade_riskkit.config.breaker import BreakerConfig
from freqtrade_riskkit.config.domains import AccountId, DatabaseUrl, EquityInterval
from freqtrade_riskkit.config.entry import EntryConfig
from freqtrade_riskkit.config.exits import ExitsConfig, SizingConfig
from freqtrade_riskkit.config.profiles import ProfileConfig, StandardProfile
from freqtrade_riskkit.config.protections import Protection
from freqtrade_riskkit.config.section import Section
from freqtrade_riskkit.config.tracking import OrderTrackingConfig


class RiskKitConfig(Section):
    """
    Everything that a user can set.

    Read it through :func:`freqtrade_riskkit.config.load`, which applies presets and profiles and checks
    keys against each other; the model alone checks each key by itself.
    """

    mode: Literal["enforce", "observe", "off"] = "enforce"
    """`enforce` acts; `observe` decides and records but changes nothing; `off` does nothing at all."""
    account_id: AccountId | None = None
    """Name of the account in the records; null: `<bot_name>@<exchange>:<spot or futures>:<live or dry>`."""
    db_url: DatabaseUrl = Field(default="sqlite:///riskkit.sqlite", repr=False)
    """Database of the records; a relative SQLite path is taken from user_data."""
    on_ledger_failure: Literal["deny", "warn"] = "deny"
    """What happens to entries while the records can't be written."""
    equity_interval_seconds: EquityInterval = 300
    """Seconds between two samples of the equity in the records."""
    alerts: AlertsConfig | None = AlertsConfig()
    """What of the account's course is told to its owner; null: nothing."""
    profile: Literal["none", "micro_cap", "small", "standard"] = "none"
    """Which of the account profiles is in force."""
    circuit_breaker: BreakerConfig | None = None
    """Circuit breaker; null or absent: off."""
    order_tracking: OrderTrackingConfig | None = None
    """Order tracking; null or absent: off, save under the profile micro_cap."""
    entry: EntryConfig = EntryConfig()
    """Entry limits."""
    micro_cap: ProfileConfig = ProfileConfig()
    """The profile for accounts below $500."""
    small: ProfileConfig = ProfileConfig()
    """The profile for accounts of $500 up to $1,000."""
    standard: StandardProfile = StandardProfile()
    """The profile for accounts of $1,000 and up."""
    exits: ExitsConfig | None = None
    """Exits that the kit adds; null or absent: none."""
    sizing: SizingConfig = SizingConfig()
    """How large an entry is."""
    protections: tuple[Protection, ...] = ()
    """Freqtrade's own protections, added to those of the strategy."""

    @property
    def profile_in_force(self) -> ProfileConfig | None:
        """The section of the profile that `profile` names, None for `none`."""
        match self.profile:
            case "micro_cap":
                return self.micro_cap
            case "small":
                return self.small
            case "standard":
                return self.standard
            case _:
                return None
