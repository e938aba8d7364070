"""`riskkit.order_tracking`: what open orders may hold."""

from __future__ import annotations

from typing import Literal

from freqtrade_riskkit.config.domains import Ratio
from freqtrade_riskkit.config.section import Section


class OrderTrackingConfig(Section):
    """Order tracking. The empty section `{}` has its defaults."""

    max_held_capital: Ratio = 0.30
    """Capital held by open entry orders above which the account is fragmented, as a ratio of the balance."""
    fragmentation_action: Literal["warn", "deny"] = "warn"
    """What fragmentation does to the next entry; the profile micro_cap brings `deny`."""
