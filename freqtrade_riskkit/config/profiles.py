"""`riskkit.micro_cap`, `riskkit.small`, `riskkit.standard`: limits by the account's size."""

from __future__ import annotations

from pydantic import StrictBool

from freqtrade_riskkit.config.domains import Count
from freqtrade_riskkit.config.section import Section


class ProfileConfig(Section):
    """One profile. It acts only while `riskkit.profile` names it."""

    max_positions: Count = 4
    """Most positions open at once under this profile."""
    enable_dca: StrictBool = False
    """Whether entries may be added to an open position."""
    allow_multiple_entries_same_pair: StrictBool = False
    """Whether a pair that is open may be entered again."""


class StandardProfile(ProfileConfig):
    """The profile of an account that is large enough for Freqtrade's usual ways."""

    max_positions: Count = 6
    """Most positions open at once under this profile."""
    enable_dca: StrictBool = True
    """Whether entries may be added to an open position."""
    allow_multiple_entries_same_pair: StrictBool = True
    """Whether a pair that is open may be entered again."""
