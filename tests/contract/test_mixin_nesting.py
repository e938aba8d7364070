"""How gates nest on one strategy object, without a backtest around it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskkit import RiskKitMixin
from freqtrade_riskkit.host.asked import Asked

NOW = datetime(2024, 1, 1, tzinfo=UTC)


class Session:
    """Stands for the session: notes who asks, and denies the pairs it is told to."""

    acts = True
    is_simulated = False

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.asked: list[str] = []
        self.tags: list[str | None] = []
        self.passed: list[str] = []

    def admits(self, asked: Asked, enters: bool = False) -> bool:
        self.asked.append(asked.pair)
        self.tags.append(asked.enter_tag)
        passes = asked.pair not in self.denied
        if passes and enters:
            self.passed.append(asked.pair)
        return passes

    def entered(self, pair: str, now: datetime) -> None:
        self.passed.append(pair)


class Base(RiskKitMixin, IStrategy):
    timeframe = "1h"
    stoploss = -0.1

    def populate_indicators(self, dataframe: Any, metadata: dict) -> Any:
        return dataframe


class Confirming(Base):
    def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> bool:
        return bool(super().confirm_trade_entry(*args, **kwargs))


class ConfirmingTwice(Confirming):
    def confirm_trade_entry(self, *args: Any, **kwargs: Any) -> bool:
        return bool(super().confirm_trade_entry(*args, **kwargs))


def started(cls: type[RiskKitMixin], session: Session) -> Any:
    strategy = cls({})
    strategy._riskkit_session = session  # type: ignore[assignment]
    return strategy


def confirm(strategy: Any, pair: str = "BTC/USDT") -> Any:
    return strategy.confirm_trade_entry(
        pair=pair,
        order_type="market",
        amount=1.0,
        rate=1.0,
        time_in_force="GTC",
        current_time=NOW,
        entry_tag=None,
        side="long",
    )


def test_gate_when_overrides_ask_super_then_it_asks_once() -> None:
    session = Session()

    assert confirm(started(ConfirmingTwice, session)) is True
    assert (session.asked, session.passed) == (["BTC/USDT"], ["BTC/USDT"])


def test_gate_when_called_by_position_then_the_same() -> None:
    session = Session("BTC/USDT")
    strategy = started(Base, session)

    assert strategy.confirm_trade_entry("BTC/USDT", "market", 1.0, 1.0, "GTC", NOW, "a", "long") is False
    assert strategy.custom_stake_amount("BTC/USDT", NOW, 1.0, 5.0, None, 9.0, 1.0, "b", "long") == 0.0
    assert strategy.custom_stake_amount("ETH/USDT", NOW, 1.0, 5.0, None, 9.0, 1.0, None, "long") == 5.0
    assert session.tags == ["a", "b", None]


def test_stake_in_a_backtest_when_nobody_overrides_it_then_left_to_the_confirmation() -> None:
    """A backtest shows no entry that isn't confirmed; a stake of the strategy's own is asked for as ever."""

    class Sizing(Base):
        def custom_stake_amount(self, *args: Any, **kwargs: Any) -> float:
            return 7.0

    class SizingBelow(Sizing):
        pass

    stakes = {}
    for cls in (Base, Sizing, SizingBelow):
        session = Session("BTC/USDT")
        session.is_simulated = True
        strategy = started(cls, session)
        stakes[cls] = strategy.custom_stake_amount("BTC/USDT", NOW, 1.0, 5.0, None, 9.0, 1.0, None, "long")
        assert confirm(strategy) is False

    assert stakes == {Base: 5.0, Sizing: 0.0, SizingBelow: 0.0}


def test_gate_when_a_callback_runs_in_another_thread_then_it_still_asks() -> None:
    """A force entry comes from the thread of the REST interface, while the loop is in the same callback."""
    inside, answered = threading.Event(), threading.Event()
    session = Session("ETH/USDT")
    strategy = started(Base, session)

    def slow(**given: Any) -> bool:
        inside.set()
        return answered.wait(10)

    strategy.confirm_trade_entry = slow
    loop = threading.Thread(target=confirm, args=(strategy, "BTC/USDT"))
    loop.start()
    assert inside.wait(10)
    denied = confirm(strategy, "ETH/USDT")
    answered.set()
    loop.join(10)

    assert denied is False
    assert session.asked == ["BTC/USDT", "ETH/USDT"]
    assert session.passed == ["BTC/USDT"]


def test_callback_when_set_on_the_instance_and_deleted_then_gated_and_the_class_s_again() -> None:
    session = Session("ETH/USDT")
    strategy = started(Confirming, session)
    strategy.confirm_trade_entry = lambda **given: "mine"

    assert confirm(strategy) == "mine"
    assert confirm(strategy, "ETH/USDT") is False
    del strategy.confirm_trade_entry
    assert confirm(strategy) is True
    with pytest.raises(AttributeError, match="confirm_trade_entry"):
        del strategy.confirm_trade_entry


def test_adjusting_when_nobody_overrides_it_then_freqtrades_own_and_no_trade_is_copied() -> None:
    """Freqtrade copies the trade for what isn't IStrategy's; a gate that nobody needs must not cost that."""
    strategy = started(Base, Session())
    trade = object()
    given: dict[str, Any] = dict.fromkeys(
        (
            "current_rate",
            "current_profit",
            "min_stake",
            "max_stake",
            "current_entry_rate",
            "current_exit_rate",
        )
    )
    given |= {"current_entry_profit": None, "current_exit_profit": None}

    assert Base.adjust_trade_position is IStrategy.adjust_trade_position
    assert strategy.adjust_trade_position.__func__ is IStrategy.adjust_trade_position
    wrapped = strategy_safe_wrapper(strategy.adjust_trade_position, supress_error=True)
    assert wrapped(trade=trade, current_time=NOW, **given) is None


@pytest.mark.parametrize(
    ("wanted", "denied", "expected"),
    [
        (50.0, True, None),
        ((50.0, "tag"), True, None),
        (50.0, False, 50.0),
        ((50.0, "tag"), False, (50.0, "tag")),
        (-50.0, True, -50.0),
        ((-50.0, "tag"), True, (-50.0, "tag")),
        (0, True, 0),
        (None, True, None),
        ((), True, ()),
        ((None, "tag"), True, (None, "tag")),
        (True, True, None),
    ],
)
def test_adjusting_when_overridden_then_only_what_adds_is_asked_for(
    wanted: Any, denied: bool, expected: Any
) -> None:
    """Whatever Freqtrade would take for an addition."""

    class Trade:
        pair = "BTC/USDT"
        leverage = 1.0

    class Adjusting(Base):
        def adjust_trade_position(self, *args: Any, **kwargs: Any) -> Any:
            return wanted

    strategy = started(Adjusting, Session("BTC/USDT") if denied else Session())

    assert strategy.adjust_trade_position(trade=Trade(), current_time=NOW) == expected
