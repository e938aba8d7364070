"""Callbacks that are put on a class after it was made stand behind the gate too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from freqtrade.strategy import IStrategy

from freqtrade_riskkit import RiskKitMixin
from freqtrade_riskkit.host.strategy_class import RiskKitMeta
from tests.contract.test_mixin_nesting import NOW, Session, confirm, started

DENIED = "BTC/USDT"
PASSED = "ETH/USDT"


class Helper:
    """A base without the mixin."""


class Base(RiskKitMixin, Helper, IStrategy):
    timeframe = "1h"
    stoploss = -0.1

    def populate_indicators(self, dataframe: Any, metadata: dict) -> Any:
        return dataframe


@pytest.fixture
def strategy_class() -> type[Base]:
    class Strategy(Base):
        pass

    return Strategy


@pytest.fixture
def clean_helper() -> Iterator[type[Helper]]:
    yield Helper
    for name in ("confirm_trade_entry", "adjust_trade_position"):
        if name in vars(Helper):
            delattr(Helper, name)
    Base.settle()


def mine(self: Any, *args: Any, **kwargs: Any) -> str:
    return "mine"


def answers(cls: type[RiskKitMixin]) -> tuple[Any, Any]:
    """Give what confirms an entry that the kit denies, and one that it lets pass."""
    strategy = started(cls, Session(DENIED))
    return confirm(strategy, DENIED), confirm(strategy, PASSED)


def test_callback_when_set_on_the_class_then_gated(strategy_class: type[Base]) -> None:
    assert answers(strategy_class) == (False, True)

    strategy_class.confirm_trade_entry = mine

    assert answers(strategy_class) == (False, "mine")


def test_callback_when_set_by_an_instance_on_its_class_then_gated(strategy_class: type[Base]) -> None:
    strategy = started(strategy_class, Session(DENIED))

    type(strategy).confirm_trade_entry = lambda self, **given: "first"
    type(strategy).confirm_trade_entry = lambda self, **given: "second"

    assert (confirm(strategy, DENIED), confirm(strategy, PASSED)) == (False, "second")


def test_stake_when_set_on_the_class_then_gated(strategy_class: type[Base]) -> None:
    strategy_class.custom_stake_amount = lambda self, *args, **given: 500.0

    strategy = started(strategy_class, Session(DENIED))

    assert strategy.custom_stake_amount(DENIED, NOW, 1.0, 5.0, None, 9.0, 1.0, None, "long") == 0.0
    assert strategy.custom_stake_amount(PASSED, NOW, 1.0, 5.0, None, 9.0, 1.0, None, "long") == 500.0


def test_callback_when_a_decorator_puts_one_around_it_then_the_gate_asks_once(
    strategy_class: type[Base],
) -> None:
    original: Callable[..., Any] = strategy_class.confirm_trade_entry
    strategy_class.confirm_trade_entry = lambda self, **given: ["around", original(self, **given)]

    session = Session(DENIED)
    strategy = started(strategy_class, session)

    assert (confirm(strategy, DENIED), confirm(strategy, PASSED)) == (False, ["around", True])
    assert session.asked == [DENIED, PASSED]


def test_addition_when_its_callback_is_set_or_deleted_on_the_class_then_gated_while_it_is_there(
    strategy_class: type[Base],
) -> None:
    """Without one, Freqtrade's own stands there bare: it copies the trade for any other."""

    class Trade:
        pair = DENIED
        leverage = 1.0

    strategy = started(strategy_class, Session(DENIED))
    strategy_class.adjust_trade_position = lambda self, **given: 50.0

    assert strategy.adjust_trade_position(trade=Trade(), current_time=NOW) is None
    strategy._riskkit_session = Session()
    assert strategy.adjust_trade_position(trade=Trade(), current_time=NOW) == 50.0

    del strategy_class.adjust_trade_position
    assert strategy.adjust_trade_position.__func__ is IStrategy.adjust_trade_position


def test_callback_when_deleted_from_the_class_then_that_of_its_base_behind_the_gate(
    strategy_class: type[Base],
) -> None:
    class Below(strategy_class):  # type: ignore[misc, valid-type]
        def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> str:
            return "below"

    strategy_class.confirm_trade_entry = mine
    assert answers(Below) == (False, "below")
    del Below.confirm_trade_entry
    assert answers(Below) == (False, "mine")
    del strategy_class.confirm_trade_entry
    assert answers(Below) == answers(strategy_class) == (False, True)
    with pytest.raises(AttributeError, match="confirm_trade_entry"):
        del strategy_class.confirm_trade_entry


def test_callback_when_patched_for_a_while_then_gated_in_it_and_as_before_after_it(
    strategy_class: type[Base],
) -> None:
    with patch.object(strategy_class, "confirm_trade_entry", mine):
        assert answers(strategy_class) == (False, "mine")
    assert answers(strategy_class) == (False, True)


def test_callback_when_set_on_a_base_with_the_mixin_then_the_classes_below_have_it(
    strategy_class: type[Base],
) -> None:
    """Also on the mixin itself."""

    class Below(strategy_class):  # type: ignore[misc, valid-type]
        pass

    for base in (strategy_class, RiskKitMixin):
        with patch.object(base, "confirm_trade_entry", mine, create=True):
            assert answers(Below) == (False, "mine"), base
        assert answers(Below) == (False, True), base


def test_callback_when_set_on_a_base_without_the_mixin_then_asked_for_behind_the_gate_from_the_next_start(
    strategy_class: type[Base], clean_helper: Any
) -> None:
    """Nothing tells of it when it is set; until then nothing is let through for it."""

    class Trade:
        pair = DENIED
        leverage = 1.0

    clean_helper.confirm_trade_entry = mine
    clean_helper.adjust_trade_position = lambda self, **given: 50.0
    assert answers(strategy_class)[0] is False

    strategy = started(strategy_class, Session(DENIED))
    strategy_class.settle()  # as a strategy's start does

    assert (confirm(strategy, DENIED), confirm(strategy, PASSED)) == (False, "mine")
    assert strategy.adjust_trade_position(trade=Trade(), current_time=NOW) is None


def test_callback_when_freqtrades_own_was_replaced_then_the_replacement_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By another plugin, before the strategy was loaded."""
    monkeypatch.setattr(IStrategy, "confirm_trade_entry", mine)

    class Strategy(Base):
        pass

    assert answers(Strategy) == (False, "mine")


def test_class_when_made_from_the_content_of_another_then_gated() -> None:
    """As decorators do that make a class anew."""

    class Own(Base):
        def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> str:
            return "own"

    class Bare(Base):
        pass

    for original, expected in ((Own, (False, "own")), (Bare, (False, True))):
        content = {k: v for k, v in vars(original).items() if k not in ("__dict__", "__weakref__")}
        copy: Any = RiskKitMeta(original.__name__, original.__bases__, content)
        assert answers(copy) == expected
        copy.confirm_trade_entry = mine
        assert answers(copy) == (False, "mine")


def test_class_when_a_base_is_told_of_its_subclasses_and_asks_nobody_then_gated() -> None:
    class Registering(Base):
        known: list[str] = []

        def __init_subclass__(cls, **kwargs: Any) -> None:
            cls.known.append(cls.__name__)

    class Registered(Registering):
        def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> str:
            return "mine"

    assert Registering.known == ["Registered"]
    assert answers(Registered) == (False, "mine")
