"""The list of protections that Freqtrade is given: the strategy's own, the config's, and the kit's."""

from __future__ import annotations

from typing import Any

from freqtrade_riskkit.host.callbacks import GATE_MARK

OWN_LIST = "_riskkit_strategy_protections"
SESSION_KEY = "riskkit_session"


class GuardedProtections(property):
    """Stands where a strategy's `protections` are read or set, and adds to them."""


setattr(GuardedProtections, GATE_MARK, True)


def guard_protections(cls: type) -> None:
    """Put the guard around what `cls` resolves for `protections`, unless it is the guard already."""
    owner = next(base for base in cls.__mro__ if "protections" in base.__dict__)
    found = owner.__dict__["protections"]
    if getattr(found, GATE_MARK, False):
        return

    def read(self: Any) -> list[dict[str, Any]]:
        if OWN_LIST in self.__dict__:
            return complete(self, self.__dict__[OWN_LIST])
        if owner is not cls:
            return complete(self, super(cls, self).protections)
        own = found.__get__(self, type(self)) if hasattr(type(found), "__get__") else found
        return complete(self, own)

    cls.protections = GuardedProtections(read, _remember)


def complete(strategy: Any, own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add the config's and the kit's protections to a strategy's own, each once."""
    session = strategy.riskkit
    listed = [item for item in own if not str(item.get("method", "")).startswith("RiskKit")]
    if not session.acts:
        return listed
    if session.enforces:
        listed += [dict(item) for item in session.config.protections if item not in listed]
    if session.breaker_simulated:
        listed.append({"method": "RiskKitCircuitBreaker", SESSION_KEY: session})
    return listed


def _remember(self: Any, value: list[dict[str, Any]]) -> None:
    self.__dict__[OWN_LIST] = value
