"""How the kit stands in front of a strategy's callbacks, however they are overridden.

A gate goes around whatever an instance resolves for a callback: an override with or without ``super()``,
one inherited from a base before or behind the mixin, one set on the instance itself, or none. Where
gates nest, because an override calls ``super()``, only the outermost acts.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from types import MethodType
from typing import TYPE_CHECKING, Any

from freqtrade.strategy import IStrategy

from freqtrade_riskkit.host.class_guard import ClassGuard

if TYPE_CHECKING:
    from freqtrade_riskkit.host.session import RiskSession

Callback = Callable[..., Any]
Gate = Callable[[Any, Callback, tuple[Any, ...], dict[str, Any]], Any]

_INSIDE = "_riskkit_inside"
_FREQTRADES_OWN = dict(vars(IStrategy))
"""Freqtrade's callbacks as they were before anybody put others in their place."""


def session_of(strategy: object) -> RiskSession | None:
    """Give the session of a strategy that has the mixin and was started; None for any other."""
    return getattr(strategy, "_riskkit_session", None)


class GatedCallback(ClassGuard):
    """A callback of one class with a gate in front; every subclass of the mixin has one of its own.

    Parameters
    ----------
    cls, name
        The class, and the callback's name.
    own
        What the class itself defines; None where it leaves the callback to its bases.
    gate
        What is asked first.
    always
        False leaves the callback alone where nobody overrides it.
    alone
        Does the same as the gate before Freqtrade's own callback, where nobody overrides that: it is called
        at every candle or entry of a backtest.
    """

    def __init__(
        self, cls: type, name: str, own: Any, gate: Gate, always: bool, alone: Callback | None
    ) -> None:
        self._cls = cls
        self._name = name
        self._own = own
        self._terms = gate, always, alone
        self._gate = gate
        found = own if own is not None else _resolve(cls, name)
        is_default = found is _FREQTRADES_OWN[name]
        self._acts = always or not is_default

        @functools.wraps(found)
        def nested(strategy: Any, *args: Any, **kwargs: Any) -> Any:
            return _run(strategy, name, gate, self._target(strategy), args, kwargs)

        self._nested = nested
        # What stands for gate and callback in one; None where somebody overrides the callback.
        in_one = alone if is_default else None
        self._direct = in_one if self._acts else found

    def __get__(self, strategy: Any, owner: type | None = None) -> Any:
        """Give the gated method; what was set on the instance itself comes before the class's.

        Where nobody overrides the callback, no gate can stand within another: the short way is taken.
        """
        if strategy is None:
            return self._nested if self._acts else getattr(super(self._cls, owner), self._name)
        if type(strategy) is self._cls:
            if self._direct is not None and self._name not in strategy.__dict__:
                return MethodType(self._direct, strategy)
            set_on_instance = strategy.__dict__.get(self._name)
            if set_on_instance is not None:
                return self._around(strategy, set_on_instance)
        return MethodType(self._nested, strategy) if self._acts else self._target(strategy)

    def __set__(self, strategy: Any, value: Any) -> None:
        """Let an instance have a callback of its own."""
        strategy.__dict__[self._name] = value

    def __delete__(self, strategy: Any) -> None:
        """Let an instance go back to its class's callback."""
        try:
            del strategy.__dict__[self._name]
        except KeyError:
            raise AttributeError(self._name) from None

    def before(self, own: Any) -> GatedCallback:
        """Make the gate of the same class and name in front of another callback, or of none."""
        return GatedCallback(self._cls, self._name, own, *self._terms)

    def _around(self, strategy: Any, callback: Callback) -> Callback:
        @functools.wraps(callback)
        def gated(*args: Any, **kwargs: Any) -> Any:
            return _run(strategy, self._name, self._gate, callback, args, kwargs)

        return gated

    def _target(self, strategy: Any) -> Callback:
        """Bind what stands behind the gate: an own callback, or the next in the instance's order of bases."""
        own: Any = self._own
        if own is None:
            return getattr(super(self._cls, strategy), self._name)
        return own.__get__(strategy, type(strategy)) if hasattr(type(own), "__get__") else own


def guard(cls: type, name: str, gate: Gate, *, always: bool, alone: Callback | None = None) -> None:
    """Put a gate around whatever `cls` has for a callback.

    Where it isn't to be there `always`, a callback that nobody overrides is left alone. Where it is, `alone`
    stands for both.
    """
    own = cls.__dict__.get(name)
    if isinstance(own, ClassGuard):  # the class is a copy of another one
        own = own.defined
    setattr(cls, name, GatedCallback(cls, name, own, gate, always, alone))


def _resolve(cls: type, name: str) -> Any:
    """Find the callback that a class inherits, past the gates that only forward."""
    for base in cls.__mro__[1:]:
        found = base.__dict__.get(name)
        if isinstance(found, GatedCallback):
            found = getattr(base, name) if found.defined is not None else None
        if found is not None:
            return found
    raise AttributeError(name)


def _run(
    strategy: Any, name: str, gate: Gate, target: Callback, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    inside: set[tuple[str, int]] = strategy.__dict__.setdefault(_INSIDE, set())
    key = (name, threading.get_ident())
    if key in inside:
        return target(*args, **kwargs)
    inside.add(key)
    try:
        return gate(strategy, target, args, kwargs)
    finally:
        inside.discard(key)
