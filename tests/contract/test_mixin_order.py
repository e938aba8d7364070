"""In what order Python asks a strategy's classes: as without the mixin, which stands before IStrategy."""

from __future__ import annotations

from typing import Any

import pytest
from freqtrade.strategy import IStrategy

from freqtrade_riskkit import RiskKitMixin

HELPERS = """
class Deepest: pass
class Deep(Deepest): pass
class Other(Deepest): pass
class Helper(Deep): pass
class Both(Deep, Other): pass
class Base(Helper, IStrategy): pass
"""
SHAPES = {
    "one-deep": "class S(RiskKitMixin, Deepest, IStrategy): pass",
    "two-deep": "class S(RiskKitMixin, Deep, IStrategy): pass",
    "three-deep": "class S(RiskKitMixin, Helper, IStrategy): pass",
    "diamond": "class S(RiskKitMixin, Both, IStrategy): pass",
    "diamond-of-two": "class S(RiskKitMixin, Helper, Other, IStrategy): pass",
    "helper-first": "class S(Helper, RiskKitMixin, IStrategy): pass",
    "mixin-between": "class S(Helper, RiskKitMixin, Other, IStrategy): pass",
    "ready-base": "class S(RiskKitMixin, Base): pass",
    "ready-base-first": "class S(Base, RiskKitMixin): pass",
    "helper-and-ready-base": "class S(RiskKitMixin, Other, Base): pass",
    "ready-base-twice": "class S(RiskKitMixin, Base, IStrategy): pass",
    "helper-and-ready-base-first": "class S(Base, Other, RiskKitMixin): pass",
    "behind-istrategy": "class S(RiskKitMixin, IStrategy, Helper): pass",
    "own-base": "class Own(RiskKitMixin, Helper, IStrategy): pass\nclass S(Own): pass",
    "own-base-and-helper": "class Own(RiskKitMixin, IStrategy): pass\nclass S(Own, Helper): pass",
    "helper-and-own-base": "class Own(RiskKitMixin, IStrategy): pass\nclass S(Helper, Own): pass",
    "own-mixin": "class Own(RiskKitMixin): pass\nclass S(Own, Helper, IStrategy): pass",
    "own-bases-that-differ": """
class One(Helper, RiskKitMixin, IStrategy): pass
class Two(RiskKitMixin, Helper, IStrategy): pass
class S(One, Two): pass
""",
    "diamond-of-own-bases": """
class One(RiskKitMixin, Deep, IStrategy): pass
class Two(RiskKitMixin, Helper, IStrategy): pass
class S(Two, One): pass
""",
}


def order(source: str) -> list[str]:
    names: dict[str, Any] = {"IStrategy": IStrategy, "RiskKitMixin": RiskKitMixin}
    exec(HELPERS + source, names)
    return [base.__name__ for base in names["S"].__mro__]


@pytest.mark.parametrize("shape", SHAPES)
def test_order_of_bases_when_the_mixin_is_added_then_the_others_keep_theirs(shape: str) -> None:
    """Helper classes with bases of their own, too, which Python would put behind IStrategy."""
    with_kit = order(SHAPES[shape])
    plain = order(
        SHAPES[shape]
        .replace("RiskKitMixin, ", "")
        .replace("(RiskKitMixin)", "")
        .replace(", RiskKitMixin", "")
    )

    assert [name for name in with_kit if name != "RiskKitMixin"] == plain
    assert with_kit.index("RiskKitMixin") < with_kit.index("IStrategy")


@pytest.mark.parametrize(
    "source",
    ["class S(RiskKitMixin, Own): pass", "class S(Own, RiskKitMixin): pass"],
)
def test_mixin_when_a_base_has_it_already_then_it_may_be_listed_again(source: str) -> None:
    found = order("class Own(RiskKitMixin, Helper, IStrategy): pass\n" + source)

    assert found[:7] == ["S", "Own", "RiskKitMixin", "Helper", "Deep", "Deepest", "IStrategy"]


@pytest.mark.parametrize(
    ("bases", "before", "behind"),
    [
        ("RiskKitMixin, Helper, IStrategy", [], ["Helper", "Deep"]),
        ("Helper, RiskKitMixin, IStrategy", ["Helper", "Deep"], []),
        ("Helper, RiskKitMixin, Other, IStrategy", ["Helper", "Deep"], ["Other", "Deepest"]),
        ("Base, RiskKitMixin", ["Base", "Deep"], ["IStrategy"]),
        ("RiskKitMixin, Base", [], ["Base", "Deep"]),
    ],
)
def test_mixin_when_listed_before_or_behind_a_class_then_asked_before_or_behind_it(
    bases: str, before: list[str], behind: list[str]
) -> None:
    found = order(f"class S({bases}): pass")

    at = found.index("RiskKitMixin")
    assert set(before) <= set(found[:at])
    assert set(behind) <= set(found[at:])


def test_own_mixin_when_listed_behind_a_ready_base_then_before_istrategy_all_the_same() -> None:
    """As the mixin itself is."""
    own = "class Own(RiskKitMixin): pass\nclass Below(Own): pass\n"

    found = order(own + "class S(Base, Below): pass")

    assert found[:8] == ["S", "Base", "Helper", "Deep", "Deepest", "Below", "Own", "RiskKitMixin"]
    assert found[8] == "IStrategy"


def test_helper_when_it_stands_where_no_istrategy_is_listed_then_before_it() -> None:
    """The mixin brings IStrategy along, and nobody said that it comes before the helper."""
    found = order("class S(RiskKitMixin, Helper): pass")

    assert found[:6] == ["S", "RiskKitMixin", "Helper", "Deep", "Deepest", "IStrategy"]


def test_order_of_bases_when_there_is_none_that_fits_then_pythons_own_error() -> None:
    with pytest.raises(TypeError, match=r"order \(MRO\) for bases RiskKitMixin, Deepest, Deep, IStrategy"):
        order("class S(RiskKitMixin, Deepest, Deep, IStrategy): pass")


class Deepest:
    def populate_indicators(self, dataframe: Any, metadata: dict) -> Any:
        return dataframe

    def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> Any:
        return ["deepest", super().confirm_trade_entry(*args, **kwargs)]  # type: ignore[misc]


class Helper(Deepest):
    def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> Any:
        return ["helper", super().confirm_trade_entry(*args, **kwargs)]


class Strategy(RiskKitMixin, Helper, IStrategy):
    timeframe = "1h"
    stoploss = -0.1

    def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> Any:
        return ["own", super().confirm_trade_entry(*args, **kwargs)]


GIVEN: dict[str, Any] = dict.fromkeys(
    ("pair", "order_type", "amount", "rate", "time_in_force", "current_time", "entry_tag", "side")
)


def test_super_when_helpers_have_bases_then_it_goes_through_all_of_them() -> None:
    """What a deep class implements counts as implemented: the strategy can be made."""
    strategy = Strategy({})
    asked = Strategy.__dict__["confirm_trade_entry"]._target(strategy)

    assert asked(**GIVEN) == ["own", ["helper", ["deepest", True]]]
    assert isinstance(strategy, (IStrategy, RiskKitMixin, Deepest))
    assert issubclass(Strategy, IStrategy)
