"""The circuit breaker: rules that halt entries, and how they let go again."""

from freqtrade_riskkit.core.breaker.errors import ErrorKind
from freqtrade_riskkit.core.breaker.events import (
    BreakerEvent,
    BreakerState,
    CooldownStarted,
    LimitNear,
    Recovered,
    ResetWay,
    Trip,
    TripEnded,
    TripWay,
)
from freqtrade_riskkit.core.breaker.figures import RuleFigure
from freqtrade_riskkit.core.breaker.holds import longest
from freqtrade_riskkit.core.breaker.machine import CircuitBreaker
from freqtrade_riskkit.core.breaker.memory import BreakerMemory
from freqtrade_riskkit.core.breaker.policy import (
    Action,
    BreakerPolicy,
    DailyLoss,
    Drawdown,
    End,
    Errors,
    LossStreak,
    Manual,
    OrderRate,
    RuleName,
)

__all__ = [
    "Action",
    "BreakerEvent",
    "BreakerMemory",
    "BreakerPolicy",
    "BreakerState",
    "CircuitBreaker",
    "CooldownStarted",
    "DailyLoss",
    "Drawdown",
    "End",
    "ErrorKind",
    "Errors",
    "LimitNear",
    "LossStreak",
    "Manual",
    "OrderRate",
    "Recovered",
    "ResetWay",
    "RuleFigure",
    "RuleName",
    "Trip",
    "TripEnded",
    "TripWay",
    "longest",
]
