"""The config that a command is given: Freqtrade's, the section in it, and which account both make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freqtrade_riskkit.cli.account_size import AccountSize, account_size
from freqtrade_riskkit.cli.freqtrade_config import ConfigUnreadable, read_freqtrade_config
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.source_database import database_of
from freqtrade_riskkit.config import ConfigInvalid, RiskKitConfig, load

Place = tuple[str, Path]
"""A store's URL, and the folder that a relative path in it is taken from."""


@dataclass(frozen=True, slots=True)
class OwnConfig:
    """A config that can be used.

    Attributes
    ----------
    freqtrade
        Freqtrade's config, put together as `freqtrade trade` does.
    section
        Its riskkit section.
    db_url
        The database that the bot trades with.
    """

    freqtrade: dict[str, Any]
    section: RiskKitConfig
    db_url: str

    @property
    def account(self) -> AccountSize:
        """The account as far as the config tells it."""
        return account_size(self.freqtrade, self.section)

    @property
    def user_data(self) -> Path:
        """Freqtrade's user data directory."""
        return Path(self.freqtrade["user_data_dir"])

    @property
    def place(self) -> Place:
        """Where the store is."""
        return self.section.db_url, self.user_data


def read_own_config(configs: Sequence[str], userdir: Path | None, db_url: str | None = None) -> OwnConfig:
    """Read a config for a command that needs it whole.

    Parameters
    ----------
    db_url
        The database that the bot was told on its command line; None for the config's.

    Raises
    ------
    Refused
        Where it can't be read, or its riskkit section has problems.
    """
    try:
        freqtrade = read_freqtrade_config(configs, userdir)
        return OwnConfig(freqtrade, load(freqtrade.get("riskkit")).config, db_url or database_of(freqtrade))
    except (ConfigUnreadable, ConfigInvalid) as error:
        raise Refused(str(error)) from None
