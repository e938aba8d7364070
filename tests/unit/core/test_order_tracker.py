"""Open orders: what they hold, how they are counted, and what a tracker refuses."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from freqtrade_riskkit.core.order_states import IllegalOrderMove, OrderState, may_move
from freqtrade_riskkit.core.order_tracker import OrderTracker, count_orders
from freqtrade_riskkit.core.performance import ForeignRecord
from freqtrade_riskkit.core.records import OrderRecord, OrderType, Purpose
from tests.unit.core.record_cases import ORDER, START

NOW = START + timedelta(hours=3)
ENTRY = ORDER
ADDED = replace(
    ORDER, order_id="2", purpose=Purpose.ADDED_ENTRY, value=50.0, reserved_capital=50.0, pair="ETH/USDT"
)
STOP = replace(
    ORDER,
    order_id="3",
    purpose=Purpose.STOP_LOSS,
    type=OrderType.STOP_LOSS,
    reserved_capital=0.0,
    placed_at=START + timedelta(hours=1),
)


def test_counts_when_orders_are_open_then_split_by_purpose_type_and_pair() -> None:
    """Held: 100 + 50; mean value of the two entries: 75; the oldest is three hours old."""
    counts = count_orders([ENTRY, ADDED, STOP], NOW)

    assert counts.open == 3
    assert counts.by_purpose == {Purpose.ENTRY: 1, Purpose.ADDED_ENTRY: 1, Purpose.STOP_LOSS: 1}
    assert counts.by_type == {OrderType.LIMIT: 2, OrderType.STOP_LOSS: 1}
    assert counts.by_pair == {"BTC/USDT": 2, "ETH/USDT": 1}
    assert counts.oldest_age_seconds == 3 * 3600
    assert counts.held_capital == 150
    assert counts.average_entry_value == 75


def test_locked_base_currency_when_a_stop_and_a_target_rest_then_counted_once_a_position() -> None:
    """Two positions on one pair: 3 coins under a stop and a target, 2 under a stop; 1 of them is filled."""
    target = replace(STOP, order_id="4", purpose=Purpose.TAKE_PROFIT, amount=3.0, remaining=3.0)
    other = replace(STOP, order_id="5", trade_id=2, amount=2.0, filled=1.0, remaining=1.0)

    counts = count_orders([ENTRY, ADDED, STOP, target, other], NOW)

    assert counts.locked_amounts == {"BTC/USDT": 4.0}
    assert counts.held_capital == 150


def test_counts_when_nothing_is_open_then_undefined_figures_are_none() -> None:
    counts = count_orders([], NOW)

    assert (counts.open, counts.held_capital, counts.by_pair, counts.locked_amounts) == (0, 0, {}, {})
    assert counts.oldest_age_seconds is None
    assert counts.average_entry_value is None


def test_order_of_another_account_when_seen_then_refused_and_nothing_changed() -> None:
    tracker = OrderTracker("main")
    tracker.see(ENTRY)

    with pytest.raises(ForeignRecord, match="belongs to account 'other', not to 'main'"):
        tracker.see(replace(ENTRY, account_id="other", state=OrderState.FILLED))

    assert tracker.open_orders == (ENTRY,)
    assert tracker.finished() == {}


def test_order_when_seen_to_go_back_then_refused_and_the_known_state_stays() -> None:
    tracker = OrderTracker("main")
    partly = replace(ENTRY, state=OrderState.PARTIALLY_FILLED, filled=0.5, reserved_capital=50.0)
    tracker.see(partly)

    with pytest.raises(IllegalOrderMove, match="order 1 cannot move from partially_filled to open"):
        tracker.see(ENTRY)

    assert tracker.open_orders == (partly,)


@pytest.mark.parametrize("end", [state for state in OrderState if state.is_terminal])
def test_capital_when_an_order_ends_in_any_way_then_released_and_counted(end: OrderState) -> None:
    tracker = OrderTracker("main")
    tracker.see(ENTRY)
    assert tracker.held_capital() == 100

    tracker.see(replace(ENTRY, state=end))

    assert tracker.held_capital() == 0
    assert tracker.open_orders == ()
    assert tracker.finished() == {"entry": {end.value: 1}}


class TrackerBesideList(RuleBasedStateMachine):
    """A tracker holds what a plain list of the last legal word on each order holds."""

    def __init__(self) -> None:
        super().__init__()
        self.tracker = OrderTracker("main")
        self.last: dict[str, OrderRecord] = {}
        self.ended: Counter[tuple[str, str]] = Counter()
        self.number = 0

    @rule(
        purpose=st.sampled_from(Purpose),
        pair=st.sampled_from(["BTC/USDT", "ETH/USDT"]),
        reserved=st.integers(0, 500),
        minutes=st.integers(0, 170),
    )
    def an_order_is_placed(self, purpose: Purpose, pair: str, reserved: int, minutes: int) -> None:
        self.number += 1
        order = replace(
            ORDER,
            order_id=str(self.number),
            purpose=purpose,
            pair=pair,
            state=OrderState.PENDING,
            placed_at=START + timedelta(minutes=minutes),
            reserved_capital=float(reserved) if purpose.adds_risk else 0.0,
        )
        self.tracker.see(order)
        self.last[order.order_id] = order

    @rule(pick=st.integers(0, 10**6), state=st.sampled_from(OrderState), reserved=st.integers(0, 500))
    def an_order_is_seen_again(self, pick: int, state: OrderState, reserved: int) -> None:
        if not self.last:
            return
        known = self.last[sorted(self.last)[pick % len(self.last)]]
        seen = replace(known, state=state, reserved_capital=min(known.reserved_capital, float(reserved)))
        if not may_move(known.state, state):
            with pytest.raises(IllegalOrderMove):
                self.tracker.see(seen)
            return
        self.tracker.see(seen)
        if state.is_terminal:
            del self.last[known.order_id]
            self.ended[known.purpose, state] += 1
        else:
            self.last[known.order_id] = seen

    @invariant()
    def held_capital_is_the_sum_over_open_orders(self) -> None:
        held = sum(order.reserved_capital for order in self.last.values())
        assert self.tracker.held_capital() == held
        assert self.tracker.counts(NOW).held_capital == held

    @invariant()
    def open_and_finished_orders_are_those_of_the_list(self) -> None:
        assert {order.order_id: order for order in self.tracker.open_orders} == self.last
        finished = {
            (purpose, state): count
            for purpose, states in self.tracker.finished().items()
            for state, count in states.items()
        }
        assert finished == self.ended


TestTrackerBesideList = TrackerBesideList.TestCase
TestTrackerBesideList.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
