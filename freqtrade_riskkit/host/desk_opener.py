"""How the breaker of a bot begins, and goes on from what was stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerEvent,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    Trip,
    TripWay,
)
from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.actions import BreakerActions
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_feeds import BotFeeds
from freqtrade_riskkit.host.bot_state import BotState, from_text
from freqtrade_riskkit.host.breaker_desk import SAMPLES_APART, BreakerDesk
from freqtrade_riskkit.host.realised_equity import RealisedEquity
from freqtrade_riskkit.host.reasons import printable
from freqtrade_riskkit.host.trades import entry_orders_since, open_trades

UNEXPLAINED = "the ledger has no record of a trip whose lock stands"

CLOCK_STEP = timedelta(seconds=60)
"""A clock that goes back by more was ahead before; by less, the breaker waits for it."""


class DeskOpener:
    """Attaches a breaker's desk to the books of a bot.

    Parameters
    ----------
    books
        Already holding the account's closed trades up to now.
    policy
        The breaker's rules; None where there is no breaker: then nothing is ever attached.
    feeds, actions
        See `BotKeeper`.
    currency, starting_balance
        Stake currency; balance at this start.
    alert, tell
        Told a sentence for the user, and each event of the breaker.

    Attributes
    ----------
    starting_balance
        Balance at the account's first start with the kit, once that is known.
    """

    def __init__(
        self,
        books: AccountBooks,
        policy: BreakerPolicy | None,
        feeds: BotFeeds | None,
        actions: BreakerActions | None,
        currency: str,
        starting_balance: float,
        alert: Callable[[str], None],
        tell: Callable[[BreakerEvent], None],
    ) -> None:
        self.starting_balance = starting_balance
        self._books = books
        self._policy = policy
        self._feeds = feeds
        self._actions = actions
        self._currency = currency
        self._alert = alert
        self._tell = tell
        self._told = ""
        self._interim_trips: list[Trip] = []

    def read(self, text: str | None) -> BotState | None:
        """Read a stored state; None where there is none, or where it is of another currency.

        Raises
        ------
        StateUnreadable
            Where it can't be read: it might hold a trip.
        """
        if text is None:
            return None
        state = from_text(text)
        if state.currency != self._currency:
            text = (
                f"The breaker's state was in {state.currency}, the stake is now in {self._currency}; "
                "the breaker begins anew."
            )
            if text != self._told:  # it may be read again and again until a closed trade is mended
                self._told = text
                self._alert(text)
            return None
        return state

    def begin(self, now: datetime) -> None:
        """Let a breaker judge what happens from now on."""
        if self._policy is None:
            return
        trades = open_trades()
        realised = {trade.id: float(trade.realized_profit) for trade in trades if trade.realized_profit}
        equity = self.starting_balance + self._books.performance.net_profit
        booked = RealisedEquity(equity - sum(realised.values()), realised)
        marked = equity + self._feeds.marks.unrealised(now, trades) if self._feeds is not None else equity
        self._attach(CircuitBreaker(self._policy, marked, now, SAMPLES_APART), booked)

    def begin_again(self, starting_balance: float, now: datetime) -> None:
        """Let another breaker judge from now on, once the balance is known; what tripped before holds on."""
        self.starting_balance = starting_balance
        interim: tuple[Trip, ...] = ()
        if self._books.desk is not None:
            interim = self._books.desk.breaker.active_trips
            self._interim_trips += self._books.desk.trips
        self.begin(now)
        if self._books.desk is not None:
            found = [trip for trip in interim if not trip.is_manual]
            self._take_over(self._books.desk, found, "before the balance was known", now)

    def doubt(self, now: datetime) -> None:
        """Trip where the ledger was damaged: the breaker may have been tripped, and nobody knows.

        It only denies entries, whatever a trip by hand does: nobody has asked for more.
        """
        desk = self._books.desk
        if desk is not None:
            trip = desk.breaker.trip(TripWay.LEDGER, now, "the ledger was damaged", action=Action.BLOCK)
            desk.take_events(trip)

    def doubt_locks(self, now: datetime) -> None:
        """Trip where a lock of the kit stands, but the ledger remembers nothing: it isn't the one of before.

        So nobody lets go of a trip by giving the ledger or the account another name. It only denies entries,
        until the lock's own end where it has one. What tripped since the start explains its lock.
        """
        desk = self._books.desk
        if desk is None:
            return
        tripped = (*self._interim_trips, *desk.trips)
        explained = [locks.marked(trip.decision().message(self._currency)) for trip in tripped]
        left = locks.left_standing(now, explained)
        if left is not None:
            told = left.text.removeprefix(f"{Code.MANUAL_TRIP}: {UNEXPLAINED}: ")
            detail = printable(f"{UNEXPLAINED}: {told}")
            desk.take_events(desk.breaker.trip(TripWay.LEDGER, now, detail, left.until, Action.BLOCK))

    def go_on(self, state: BotState, now: datetime) -> None:
        """Let the breaker go on from a state, and hold against it what happened since."""
        self.starting_balance = state.starting_balance
        if self._policy is None:
            return
        interim = self._books.desk.breaker.active_trips if self._books.desk is not None else ()
        breaker = CircuitBreaker.recall(self._policy, state.breaker, SAMPLES_APART)
        if self._feeds is not None:
            self._feeds.marks.live.recall(state.data.marks)
        desk = self._attach(breaker, RealisedEquity(state.equity_base, dict(state.open_realised)))
        if self._actions is not None:
            self._actions.recall(state.flatten)
        self.follow_clock(desk, now)
        missed: list[tuple[datetime, Callable[[], None]]] = [
            (placed_at, partial(desk.order_placed, placed_at))
            for placed_at in entry_orders_since(desk.breaker.now)
        ]
        missed += [
            (record.exit_at, partial(self._books.hold_against_breaker, record))
            for record in self._books.records
            if not state.is_booked(record.trade_id, record.entry_at, record.exit_at)
        ]
        for _, tell in sorted(missed, key=itemgetter(0)):
            tell()
        known = {trip.rule for trip in desk.breaker.active_trips}
        found = [trip for trip in interim if not trip.is_manual and trip.rule not in known]
        self._take_over(desk, found, "before the ledger answered", now)
        if desk.breaker.state is not BreakerState.CLOSED:
            told = desk.breaker.decide().message(self._currency)
            self._alert(f"The breaker goes on as it was left: {told}")

    def _take_over(self, desk: BreakerDesk, trips: Sequence[Trip], when: str, now: datetime) -> None:
        """Hold on to what tripped before: the breaker that goes on can't know of it."""
        if trips:
            codes = ", ".join(str(trip.code) for trip in trips)
            action = Action.strongest(trip.action for trip in trips)
            text = f"tripped {when}: {codes}"
            desk.take_events(desk.breaker.trip(TripWay.LEDGER, now, text, action=action))

    def follow_clock(self, desk: BreakerDesk, now: datetime) -> None:
        """Take back what a clock that was ahead made of the breaker's moments, or time would stand still."""
        ahead = desk.breaker.now - now
        if ahead <= CLOCK_STEP:
            return
        desk.breaker.turn_back(now)
        if self._actions is not None:
            self._actions.turn_back(now)
        self._alert(
            f"The clock went back by {ahead.total_seconds():.0f} s: it was ahead. What the breaker noted "
            "meanwhile is moved back by as much; losses of before may count less than they should."
        )

    def _attach(self, breaker: CircuitBreaker, equity: RealisedEquity) -> BreakerDesk:
        desk = BreakerDesk(breaker, self._currency, self._actions is not None, self._tell)
        self._books.attach(desk, equity, self._feeds.marks if self._feeds is not None else None)
        return desk
