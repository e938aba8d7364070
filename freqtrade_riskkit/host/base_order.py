"""In what order Python asks the classes of a strategy that has the mixin.

The mixin is an IStrategy itself. So Python puts the bases of `Helper` behind IStrategy in
``class S(RiskKitMixin, Helper, IStrategy)``, and what they define for a callback would never be called again.
Here every class stands where it stands without the mixin, and the mixin as far in front as it is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from freqtrade.strategy import IStrategy


def ordered(cls: type, kind: type[type]) -> list[type]:
    """Give the order of a class made by the metaclass `kind`: itself, its bases and theirs.

    Parameters
    ----------
    cls
        A class with the mixin. IStrategy comes last where only the mixin brings it along.
    kind
        The metaclass of the mixin and of all classes that have it; the mixin is the first of them.

    Raises
    ------
    TypeError
        Where the class has no order without the mixin either.
    """
    mixin, order = _mixin(cls, kind), _without_mixin(cls, kind)
    if IStrategy not in order:
        order = _merged(cls, [order, IStrategy.__mro__])
    ahead, limits = {cls}, [IStrategy]
    for number, base in enumerate(cls.__bases__):
        if base is not mixin and isinstance(base, kind):
            ahead.update(base.__mro__[: base.__mro__.index(mixin)])
        elif mixin in cls.__bases__[number + 1 :]:
            ahead.update(base.__mro__)
        elif base is not mixin and mixin in cls.__bases__:
            limits.append(base)
    wanted = _behind(ahead.difference(IStrategy.__mro__), order)
    limit = min(order.index(base) for base in limits)
    place = max(_behind([base for base in order if isinstance(base, kind)], order), min(wanted, limit))
    return [*order[:place], mixin, *order[place:]]


def is_mixin(cls: type, kind: type[type]) -> bool:
    """Say whether a class made by the metaclass is the mixin itself."""
    return not any(isinstance(base, kind) for base in cls.__bases__)


def _mixin(cls: type, kind: type[type]) -> type:
    return cls if is_mixin(cls, kind) else _mixin(next(b for b in cls.__bases__ if isinstance(b, kind)), kind)


def _without_mixin(cls: type, kind: type[type]) -> list[type]:
    if not isinstance(cls, kind):
        return list(cls.__mro__)
    bases = [base for base in cls.__bases__ if not (isinstance(base, kind) and is_mixin(base, kind))]
    orders = [_without_mixin(base, kind) for base in bases]
    if any(IStrategy in order for order in orders):  # whatever has the mixin comes before it
        orders += [[*(base for base in order if isinstance(base, kind)), IStrategy] for order in orders]
    return [cls, *_merged(cls, [*orders, bases, [object]])]


def _behind(classes: Iterable[type], order: Sequence[type]) -> int:
    return 1 + max(order.index(base) for base in classes)


def _merged(cls: type, orders: Sequence[Sequence[type]]) -> list[type]:
    """Merge orders into one that keeps to each of them: Python's own rule, C3."""
    merged: list[type] = []
    left = [list(order) for order in orders]
    while left := [order for order in left if order]:
        first = next((o[0] for o in left if not any(o[0] in other[1:] for other in left)), None)
        if first is None:
            bases = ", ".join(base.__name__ for base in cls.__bases__)
            raise TypeError(f"Cannot create a consistent method resolution order (MRO) for bases {bases}")
        merged.append(first)
        left = [order[1:] if order[0] is first else order for order in left]
    return merged
