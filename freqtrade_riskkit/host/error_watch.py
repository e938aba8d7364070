"""What goes wrong in a running bot, and what goes well: each event once, in order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from freqtrade_riskkit.core.breaker.errors import ErrorKind
from freqtrade_riskkit.host.bot_clock import utc_now
from freqtrade_riskkit.host.error_kinds import (
    chain,
    describe,
    kind_of_broken_loop,
    kind_of_order_failure,
    without_secrets,
)

KEPT = 1000
"""Events that wait for `take` at most; the oldest are dropped beyond."""
OF_EXCHANGE = frozenset({ErrorKind.NETWORK, ErrorKind.EXCHANGE_DOWN})
OF_ORDERS = frozenset({ErrorKind.REJECTION, ErrorKind.FUNDS}) | OF_EXCHANGE


class WatchFailed(RuntimeError):
    """Something that happened in the bot could not be noted."""


@dataclass(frozen=True, slots=True)
class ErrorSeen:
    """An error: its kind, its moment, and a short text without anything secret."""

    kind: ErrorKind
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class SuccessSeen:
    """A success, and the kinds of errors that it answers for."""

    kinds: frozenset[ErrorKind]
    at: datetime


@dataclass(slots=True)
class _Doing:
    """A loop or an operation of one thread, as long as it lasts."""

    counted: list[BaseException] = field(default_factory=list)
    is_answered: bool = False
    lacked_an_answer: bool = False
    lack_is_told: bool = False
    strategy_failed: bool = False


class ErrorWatch:
    """Collects errors and successes of one bot.

    What one error is:

    - *An order that was not placed* is one, of kind funds or rejection. So a loop that loses three orders
      has three.
    - *Missing answers* (network, exchange down) are one a loop, however many requests of it went without,
      orders among them. Freqtrade asks again several times; only what failed in the end counts. Where an
      order was accepted since, the next one counts again.
    - *Exceptions of strategy code* are one a loop, however many pairs and callbacks raise.

    What a success is:

    - *An accepted order*, whatever it is for, answers for all but the strategy.
    - *A loop that ran through* answers for the exchange where it was answered at least once and nothing
      went without an answer in the end; it answers for the strategy where none of its code raised. A loop
      that asked the exchange nothing says nothing of the exchange.

    Only what happens inside `loop` and `operation`, in their own thread, belongs to the bot; an order
    belongs to it always.

    Parameters
    ----------
    clock
        Gives the moment.
    """

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._events: deque[ErrorSeen | SuccessSeen] = deque(maxlen=KEPT)
        self._threads = threading.local()
        self._failure: Exception | None = None

    @contextmanager
    def loop(self) -> Iterator[None]:
        """Watch one loop of the bot; what breaks it off goes on to who handles it."""
        with self.operation():
            doing = self._doing()
            try:
                yield
            except Exception as error:
                kind = kind_of_broken_loop(error)
                if kind is not None:
                    self.failed(kind, error)
                raise
            if doing is not None:
                self._ran_through(doing)

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Watch what a thread does outside the loop; inside of it nothing is added."""
        if self._doing() is not None:
            yield
            return
        self._threads.doing = _Doing()
        try:
            yield
        finally:
            self._threads.doing = None

    @property
    def is_watching(self) -> bool:
        """Whether this thread does something of the bot right now."""
        return self._doing() is not None

    def answered(self) -> None:
        """Note that the exchange answered a request of this thread."""
        doing = self._doing()
        if doing is not None:
            doing.is_answered = True

    def order_accepted(self) -> None:
        """Note that the exchange took an order."""
        doing = self._doing()
        if doing is not None:
            doing.lack_is_told = False
        self._add(SuccessSeen(OF_ORDERS, self._clock()))

    def order_rejected(self, text: str) -> None:
        """Note an order that the exchange answered with the status of a rejected one."""
        self._add(ErrorSeen(ErrorKind.REJECTION, self._clock(), without_secrets(text)))

    def order_failed(self, error: Exception) -> None:
        """Note an order that was not placed."""
        self.failed(kind_of_order_failure(error), error)

    def failed(self, kind: ErrorKind, error: BaseException) -> None:
        """Note what an exception tells, unless it was counted already, itself or as the cause of another."""
        doing = self._doing()
        if doing is not None:
            if any(link is known for link in chain(error) for known in doing.counted):
                return
            doing.counted.append(error)
        self.failed_with_text(kind, describe(error))

    def failed_with_text(self, kind: ErrorKind, text: str) -> None:
        """Note what a line of the log tells."""
        doing = self._doing()
        if doing is None or _is_news(doing, kind):
            self._add(ErrorSeen(kind, self._clock(), without_secrets(text)))

    def take(self) -> list[ErrorSeen | SuccessSeen]:
        """Give what came up since the last call, in order.

        Raises
        ------
        WatchFailed
            Once, where something could not be noted; the events wait for the next call.
        """
        with self._lock:
            failure, self._failure = self._failure, None
            if failure is not None:
                raise WatchFailed(f"an event of the bot could not be noted: {failure!r}") from failure
            events = list(self._events)
            self._events.clear()
        return events

    def not_noted(self, failure: Exception) -> None:
        """Keep for `take` that noting something failed, since it must not fail what it was about."""
        with self._lock:
            self._failure = failure

    def _ran_through(self, doing: _Doing) -> None:
        kinds: set[ErrorKind] = set()
        if doing.is_answered and not doing.lacked_an_answer:
            kinds |= OF_EXCHANGE
        if not doing.strategy_failed:
            kinds.add(ErrorKind.STRATEGY)
        if kinds:
            self._add(SuccessSeen(frozenset(kinds), self._clock()))

    def _add(self, event: ErrorSeen | SuccessSeen) -> None:
        with self._lock:
            self._events.append(event)

    def _doing(self) -> _Doing | None:
        return getattr(self._threads, "doing", None)


def _is_news(doing: _Doing, kind: ErrorKind) -> bool:
    """Note a failure of a loop, and say whether it is the first of its sort there."""
    if kind in OF_EXCHANGE:
        is_told = doing.lack_is_told
        doing.lacked_an_answer = doing.lack_is_told = True
        return not is_told
    if kind is ErrorKind.STRATEGY:
        is_told = doing.strategy_failed
        doing.strategy_failed = True
        return not is_told
    return True
