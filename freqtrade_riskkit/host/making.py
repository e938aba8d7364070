"""The parts of a session that its configuration calls for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from freqtrade_riskkit.host import policies
from freqtrade_riskkit.host.actions import BreakerActions
from freqtrade_riskkit.host.bot_watch import BotWatch
from freqtrade_riskkit.host.exit_plans import ExitPlans
from freqtrade_riskkit.host.exits import BracketDesk
from freqtrade_riskkit.host.stop_flood import StopFloodAlarm

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

    from freqtrade_riskkit.host.session import RiskSession

_USUAL_SKEW_SECONDS = 5.0
"""How far the exchange's clock may be ahead where nothing watches it."""


def exits(session: RiskSession, strategy: IStrategy) -> ExitPlans | None:
    """Give the plans of exits; None without any, and where the kit changes nothing."""
    bracket = policies.bracket(session.config)
    if bracket is None or not session.enforces:
        return None
    return ExitPlans(BracketDesk(bracket), strategy, session.alerts)


def actions(session: RiskSession) -> BreakerActions | None:
    """Give what trips do to orders and positions; None where the kit changes nothing."""
    section = session.config.circuit_breaker
    if section is None or not session.enforces:
        return None
    is_trade = session.run.is_trade
    skew = section.data.max_clock_skew_seconds if section.data is not None else _USUAL_SKEW_SECONDS
    return BreakerActions(
        section.flatten_agreement,
        session.alerts.send,
        doubts_prices=is_trade,
        order_skew=timedelta(seconds=skew if is_trade else 0),
    )


def watch(session: RiskSession) -> BotWatch | None:
    """Give the watch over a running bot's errors and orders; None without a bot or a breaker."""
    section = session.config.circuit_breaker
    if section is None or not session.acts or not session.run.is_trade:
        return None
    most = section.order_rate.stop_flood_per_minute if section.order_rate is not None else None
    alarm = StopFloodAlarm(most, session.alerts.send) if most else None
    return BotWatch(session.order_placed, alarm)
