"""How the kit stands in front of a strategy's callbacks, however they are overridden.

A gate goes around whatever a class resolves for a callback: an override with or without ``super()``,
one inherited from a base before or behind the mixin, or none. Where gates nest, because an override
calls ``super()``, only the outermost acts.
"""

from __future__ import annotations

import functools
from abc import ABCMeta
from collections.abc import Callable
from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.strategy import IStrategy

GATE_MARK = "__riskkit_gate__"

Callback = Callable[..., Any]
Gate = Callable[[Any, Callback, tuple[Any, ...], dict[str, Any]], Any]


class RiskKitMeta(ABCMeta):
    """Refuses a mixin that is listed behind IStrategy, where it could not stand in front of anything."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> RiskKitMeta:
        """Make the class, or say in one line what is wrong with the order of its bases."""
        if IStrategy in bases:
            behind = bases[bases.index(IStrategy) + 1 :]
            for base in behind:
                if isinstance(base, RiskKitMeta):
                    raise OperationalException(
                        f"Strategy {name}: list {base.__name__} before IStrategy, as in "
                        f"`class {name}({base.__name__}, IStrategy)`."
                    )
        return super().__new__(mcls, name, bases, namespace, **kwargs)


def guard(cls: type, name: str, gate: Gate) -> None:
    """Put a gate around what `cls` resolves for a callback, unless it is a gate already."""
    owner = next(base for base in cls.__mro__ if name in base.__dict__)
    found = owner.__dict__[name]
    if getattr(found, GATE_MARK, False):
        return
    setattr(cls, name, _gated(found, gate) if owner is cls else _gated(_forward(cls, name, found), gate))


def _gated(original: Callback, gate: Gate) -> Callback:
    depth = f"_riskkit_inside_{original.__name__}"

    @functools.wraps(original)
    def gated(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.__dict__.get(depth):
            return original(self, *args, **kwargs)
        self.__dict__[depth] = True
        try:
            return gate(self, functools.partial(original, self), args, kwargs)
        finally:
            self.__dict__[depth] = False

    setattr(gated, GATE_MARK, True)
    return gated


def _forward(cls: type, name: str, found: Callback) -> Callback:
    """Give a function that calls what stands behind `cls` in the instance's own order of bases."""

    @functools.wraps(found)
    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(super(cls, self), name)(*args, **kwargs)

    return forward
