"""How the class of a strategy with the mixin is made, and what may be set on it later."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any

from freqtrade.exceptions import DependencyException, OperationalException
from freqtrade.strategy import IStrategy

from freqtrade_riskkit.host.base_order import is_mixin, ordered
from freqtrade_riskkit.host.class_guard import ClassGuard

_REFUSAL = "_riskkit_refusal"


class MixinBehind(OperationalException, DependencyException):
    """The mixin is listed behind IStrategy.

    Freqtrade ends with it where it is to run the strategy. Where it lists a folder's strategies it says so
    and lists the others.
    """


class _Refusal:
    """Refuses any look at it, on a class that can't be used."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __get__(self, strategy: Any, owner: type | None = None) -> None:
        raise MixinBehind(self._message)


class RiskKitMeta(ABCMeta):
    """Makes the mixin, and every class that has it.

    Such a class has the mixin's guards around its callbacks, whenever they are set, and an order of bases
    in which the mixin puts no class behind IStrategy (`freqtrade_riskkit.host.base_order`).
    """

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> RiskKitMeta:
        """Make the class; one whose mixin is listed behind IStrategy can be looked at but not used.

        An error here would keep Freqtrade from listing any strategy of the same folder.
        """
        if IStrategy in bases:
            for base in bases[bases.index(IStrategy) + 1 :]:
                if isinstance(base, RiskKitMeta):
                    namespace[_REFUSAL] = _Refusal(
                        f"Strategy {name}: list {base.__name__} before IStrategy, as in "
                        f"`class {name}({base.__name__}, IStrategy)`."
                    )
                    bases = (*(other for other in bases if other is not IStrategy), IStrategy)
                    break
        return super().__new__(mcls, name, bases, namespace, **kwargs)

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> None:
        """Guard the new class, also where a class between has an ``__init_subclass__`` that asks nobody."""
        super().__init__(name, bases, namespace)
        if not is_mixin(cls, RiskKitMeta):
            cls._riskkit_guard()  # type: ignore[attr-defined]

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Make a strategy.

        Raises
        ------
        OperationalException
            Where the mixin is listed behind IStrategy.
        """
        check_usable(cls)
        return super().__call__(*args, **kwargs)

    def mro(cls) -> list[type]:
        """Keep the order that the bases have without the mixin."""
        return super().mro() if is_mixin(cls, RiskKitMeta) else ordered(cls, RiskKitMeta)

    def __setattr__(cls, name: str, value: Any) -> None:
        """Set an attribute; a callback goes behind the gate that stands there."""
        standing = cls.__dict__.get(name)
        if isinstance(standing, ClassGuard) and not isinstance(value, ClassGuard):
            value = standing.before(value)
        super().__setattr__(name, value)
        cls._settle_below(name)

    def __delattr__(cls, name: str) -> None:
        """Delete an attribute; the gate before a callback stays, in front of what the bases have."""
        standing = cls.__dict__.get(name)
        if not isinstance(standing, ClassGuard):
            super().__delattr__(name)
        elif standing.defined is None:
            raise AttributeError(name)
        else:
            super().__setattr__(name, standing.before(None))
        cls._settle_below(name)

    def settle(cls) -> None:
        """Look anew at what stands behind the guards of a strategy's classes.

        A callback may have been set on a base without the mixin since they were made.
        """
        for base in reversed(cls.__mro__):
            if isinstance(base, RiskKitMeta):
                for name in [name for name, value in vars(base).items() if isinstance(value, ClassGuard)]:
                    base._settle(name)

    def _settle(cls, name: str) -> None:
        standing = cls.__dict__.get(name)
        if isinstance(standing, ClassGuard):
            super().__setattr__(name, standing.before(standing.defined))

    def _settle_below(cls, name: str) -> None:
        below: type
        for below in cls.__subclasses__():
            if isinstance(below, RiskKitMeta):
                below._settle(name)
                below._settle_below(name)


def carries_kit(strategy: object) -> bool:
    """Say whether a strategy has the mixin."""
    return isinstance(type(strategy), RiskKitMeta)


def check_usable(strategy_class: type) -> None:
    """Refuse a class whose mixin is listed behind IStrategy.

    Raises
    ------
    OperationalException
        With the order that is right.
    """
    getattr(strategy_class, _REFUSAL, None)
