"""`riskkit.alerts`: what of an account's course is told to its owner."""

from __future__ import annotations

from freqtrade_riskkit.config.domains import Count, Ratio
from freqtrade_riskkit.config.section import Section


class AlertsConfig(Section):
    """Alerts about closed trades. They change nothing."""

    drawdown: Ratio | None = 0.10
    """Fall of the closed balance from its peak above which a bot alerts, once; null: never."""
    expectancy_every: Count | None = 10
    """Closed trades after which a bot looks whether it loses money on average, and alerts; null: never."""
