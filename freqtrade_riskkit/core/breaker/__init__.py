"""The circuit breaker: rules that halt entries, and how they let go again."""

from freqtrade_riskkit.core.breaker.events import (
    BreakerEvent,
    BreakerState,
    CooldownStarted,
    LimitNear,
    Recovered,
    ResetWay,
    Trip,
    TripEnded,
)
from freqtrade_riskkit.core.breaker.figures import RuleFigure
from freqtrade_riskkit.core.breaker.machine import CircuitBreaker
from freqtrade_riskkit.core.breaker.memory import BreakerMemory
from freqtrade_riskkit.core.breaker.policy import (
    BreakerPolicy,
    DailyLoss,
    Drawdown,
    End,
    LossStreak,
    RuleName,
)

__all__ = [
    "BreakerEvent",
    "BreakerMemory",
    "BreakerPolicy",
    "BreakerState",
    "CircuitBreaker",
    "CooldownStarted",
    "DailyLoss",
    "Drawdown",
    "End",
    "LimitNear",
    "LossStreak",
    "Recovered",
    "ResetWay",
    "RuleFigure",
    "RuleName",
    "Trip",
    "TripEnded",
]
