"""What a trip does beyond denying entries: entry orders cancelled, positions sold.

Nothing is placed or cancelled here. Freqtrade asks in its own loop whether an order has timed out and
whether a trade is to exit, and the answers follow from the breaker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.persistence import LocalTrade, Order

from freqtrade_riskkit.core.breaker import Action, BreakerState, CircuitBreaker, Trip
from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.core.flatten import Flatten, FlattenMemory

logger = logging.getLogger("freqtrade_riskkit.actions")

FLATTEN_REASON = "riskkit_flatten"
_FLATTEN_EXIT = ExitCheckTuple(ExitType.EMERGENCY_EXIT, FLATTEN_REASON)


class BreakerActions:
    """Answers Freqtrade for the trips that cancel or flatten.

    Parameters
    ----------
    agreement
        How near two rates of a position must be before it is sold.
    alert
        Tells the user; takes a message and a logging level.
    doubts_prices
        Whether a loss counts only once two looks in a row have seen it: a bot may read a wrong price, a
        backtest's are what they are.
    order_skew
        By how much the dates of orders, which the exchange gives, may be ahead of the moments of trips.

    Attributes
    ----------
    is_flattening
        Whether any exit may be asked for: what is looked at for each trade and candle.
    is_acting
        Whether anything may be cancelled or sold, as of the last look: then it has to be looked again,
        though no trip holds any more.
    """

    def __init__(
        self,
        agreement: float,
        alert: Callable[[str, int], None],
        doubts_prices: bool,
        order_skew: timedelta = timedelta(0),
    ) -> None:
        self._agreement = agreement
        self._order_skew = order_skew
        self._doubts_prices = doubts_prices
        self._flatten = Flatten(agreement)
        self._alert = alert
        self._cancels_until: datetime | None = None
        self._doubted: datetime | None = None
        self.is_flattening = False
        self.is_acting = False

    def look(
        self,
        breaker: CircuitBreaker,
        trades: Sequence[LocalTrade],
        rate_of: Callable[[LocalTrade], float | None],
    ) -> None:
        """Follow the trips that hold; called once a loop, so that a trip within a candle waits for the next.

        As long as a bot has not seen the loss at two looks in a row, nothing is sold: the rate that tripped
        may be no price. What waits goes on waiting while the trip holds, for the loss may come yet.
        """
        if breaker.state is BreakerState.CLOSED and not self.is_acting and not self.is_flattening:
            return
        trips = breaker.active_trips
        cancelling = [trip.at for trip in trips if trip.action is not Action.BLOCK]
        self._cancels_until = max(cancelling, default=None)
        flattening = [trip for trip in trips if trip.action is Action.FLATTEN]
        if not flattening:
            self._flatten.stop()
        else:
            newest = max(trip.at for trip in flattening)
            stands = _stands(breaker, flattening)
            self._flatten.keep_only(trade.id for trade in trades)
            # Entry orders that aren't filled yet count too: one may be, before it is cancelled.
            rates = {trade.id: rate_of(trade) for trade in trades}
            if self._flatten.begin(newest, rates, confirmed=not self._doubts_prices or _by_hand(flattening)):
                positions = sum(1 for trade in trades if trade.has_open_position)
                self._say(f"{_codes(flattening)}: {positions} open positions are to be sold at the market")
            else:
                self._flatten.weigh(stands)
            if self._flatten.is_pending and not self._flatten.is_confirmed and not stands:
                self._doubt(newest, flattening)
        self.is_flattening = self._flatten.is_pending
        self.is_acting = self._cancels_until is not None or self.is_flattening

    def cancels(self, trade: LocalTrade, order: Order) -> bool:
        """Say whether an open order is an entry that a trip takes back: one placed after it isn't."""
        return (
            self._cancels_until is not None
            and order.ft_order_side == trade.entry_side
            and order.order_date_utc <= self._cancels_until + self._order_skew
        )

    def with_flatten(
        self, trade: LocalTrade, rate: float, found: list[ExitCheckTuple]
    ) -> list[ExitCheckTuple]:
        """Put the emergency exit before the exits that were found, where a trade is to be sold.

        Never raises: what fails here leaves the exits as they are.
        """
        try:
            sells = self._flatten.sells(trade.id, rate)
        except Exception as error:  # the exits that Freqtrade found must not be lost with it
            logger.exception("Whether to sell trade %s on %s could not be decided.", trade.id, trade.pair)
            self._say(f"{Code.CHECK_FAILED}: flattening {trade.pair}: {error}", logging.ERROR)
            return found
        return [_FLATTEN_EXIT, *found] if sells else found

    def refused(self, trade: LocalTrade) -> None:
        """Note that the strategy's own confirm_trade_exit refused: it isn't asked again for this trip."""
        self._flatten.leave(trade.id)
        self.is_flattening = self._flatten.is_pending
        self._say(
            f"{Code.FLATTEN_VETOED}: confirm_trade_exit of the strategy keeps {trade.pair} open",
            logging.ERROR,
        )

    def turn_back(self, now: datetime) -> None:
        """Follow a clock that was ahead and went back."""
        self._flatten.turn_back(now)

    def recall(self, memory: FlattenMemory) -> None:
        """Go on with the sales of a bot that was stopped in their midst."""
        self._flatten = Flatten(self._agreement, memory)
        self.is_flattening = self.is_acting = self._flatten.is_pending

    def remember(self) -> FlattenMemory:
        """Give what must outlive the process."""
        return self._flatten.remember()

    def _doubt(self, tripped_at: datetime, trips: Sequence[Trip]) -> None:
        if self._doubted != tripped_at:
            self._doubted = tripped_at
            self._say(f"{_codes(trips)}: no second price confirmed the loss, nothing is sold")

    def _say(self, text: str, level: int = logging.WARNING) -> None:
        self._alert(text, level)


def _codes(trips: Iterable[Trip]) -> str:
    return ", ".join(dict.fromkeys(str(trip.code) for trip in trips))


def _by_hand(trips: Iterable[Trip]) -> bool:
    return any(trip.is_manual for trip in trips)


def _stands(breaker: CircuitBreaker, trips: Sequence[Trip]) -> bool:
    """Say whether a person asked for it, or any of the tripped figures is still at its limit."""
    rules = {trip.rule for trip in trips}
    return _by_hand(trips) or any(figure.trips for figure in breaker.figures() if figure.rule in rules)
