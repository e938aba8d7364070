"""The list of protections that Freqtrade is given: the strategy's own, the config's, and the kit's."""

from __future__ import annotations

import logging
from typing import Any

from freqtrade.exceptions import OperationalException

from freqtrade_riskkit.host.class_guard import ClassGuard
from freqtrade_riskkit.host.modes import Run

logger = logging.getLogger("freqtrade_riskkit.protections")

OWN_LIST = "_riskkit_protections"
SESSION_KEY = "riskkit_session"

Protections = list[dict[str, Any]]


class GuardedProtections(ClassGuard):
    """Stands where a strategy's `protections` are read or set, and adds to them.

    A property of the strategy is asked at each reading. A plain list becomes the instance's own at the
    first one, so that a strategy may replace it or append to it.

    Parameters
    ----------
    cls
        The class whose protections these are; every subclass of the mixin has a guard of its own.
    own
        The list or property that the class itself defines; None without one.
    """

    def __init__(self, cls: type, own: Any) -> None:
        self._cls: Any = cls
        self._own = own

    def __get__(self, strategy: Any, owner: type | None = None) -> Any:
        """Give the whole list of an instance; to a class, and to ``super()``, what is defined there."""
        if strategy is None:
            return super(self._cls, owner).protections if self._own is None else self._own  # type: ignore[misc]
        if type(strategy).__dict__.get("protections") is not self:
            return self._defined(strategy)
        if OWN_LIST not in strategy.__dict__:
            defined = list(self._defined(strategy))
            if _is_computed(type(strategy)):
                return complete(strategy, defined)
            strategy.__dict__[OWN_LIST] = defined
        return complete(strategy, strategy.__dict__[OWN_LIST])

    def __set__(self, strategy: Any, value: Protections) -> None:
        """Let an instance have a list of its own."""
        strategy.__dict__[OWN_LIST] = list(value)

    def _defined(self, strategy: Any) -> Any:
        """Give what the class defines; without an own list, what is next in the instance's order of bases."""
        own: Any = self._own
        if own is None:
            return super(self._cls, strategy).protections  # type: ignore[misc]
        return own.__get__(strategy, type(strategy)) if hasattr(type(own), "__get__") else own

    def before(self, own: Any) -> GuardedProtections:
        """Make the guard of the same class in front of another list or property, or of none."""
        return GuardedProtections(self._cls, own)


def guard_protections(cls: type) -> None:
    """Put the guard around whatever `cls` has for `protections`."""
    own = cls.__dict__.get("protections")
    if isinstance(own, ClassGuard):  # the class is a copy of another one
        own = own.defined
    cls.protections = GuardedProtections(cls, own)  # type: ignore[attr-defined]


def complete(strategy: Any, listed: Protections) -> Protections:
    """Add the config's and the kit's protections to a strategy's own list, each once, and give it back.

    Raises
    ------
    OperationalException
        Where the list of a backtest names one of the kit's protections, which the config switches on. A
        bot, which may hold positions, goes on without.
    """
    session = strategy.riskkit
    _refuse_kit_names(listed, session.run)
    listed[:] = own_protections(listed)
    if session.enforces:
        configured = session.config.protections
        listed[:] = [item for item in listed if item not in configured] + [dict(item) for item in configured]
    if session.acts and session.breaker_simulated:
        listed.append({"method": "RiskKitCircuitBreaker", SESSION_KEY: session})
    return listed


def own_protections(listed: Protections) -> Protections:
    """Give the protections that aren't the kit's."""
    return [item for item in listed if not _method(item).startswith("RiskKit")]


def _refuse_kit_names(listed: Protections, run: Run) -> None:
    for item in listed:
        method = _method(item)
        if method.startswith("RiskKit") and SESSION_KEY not in item:
            message = (
                f"Take {method} out of the strategy's protections: the kit adds it itself where the section "
                "riskkit of the config switches it on."
            )
            if not run.is_trade:
                raise OperationalException(message)
            logger.error(message)


def _method(item: dict[str, Any]) -> str:
    return str(item.get("method", ""))


def _is_computed(cls: type) -> bool:
    for base in cls.__mro__:
        found = base.__dict__.get("protections")
        defined = found.defined if isinstance(found, GuardedProtections) else found
        if defined is not None:
            return hasattr(type(defined), "__get__")
    return False
