"""Trips and resets by hand: requests of the command line, flag file, people's locks, Freqtrade's pause."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from freqtrade_riskkit.core.breaker import Action, ResetWay, RuleName, Trip, TripWay
from freqtrade_riskkit.host.flag_file import FlagFile
from freqtrade_riskkit.host.foreign_locks import end_foreign_locks, foreign_lock
from freqtrade_riskkit.host.hand_deeds import HandDeed, HandEnd, HandReset, HandTrip
from freqtrade_riskkit.host.reasons import MOST, printable
from freqtrade_riskkit.ledger import RequestKind, RequestRow

_LONGEST_DETAIL = MOST + 30
_NO_SIGHT = "no sight of"

logger = logging.getLogger("freqtrade_riskkit.hand")


class RequestBook(Protocol):
    """Where requests are read and answered; a book in trouble has none and forgets an answer."""

    def open_requests(self, now: datetime) -> list[RequestRow]:
        """Give the requests that nobody has taken."""

    def answer_request(self, number: int, text: str, now: datetime) -> None:
        """Mark a request as taken."""


class Hand:
    """Looks each loop, in the bot's thread, for what people did.

    It remembers nothing that a restart would lose: what holds is compared with what is there. A request stays
    open until it was answered, so a bot that was killed in between takes it again, which is harmless:
    the breaker is tripped already, and a reset ends no trip that came after it was asked for.

    Parameters
    ----------
    book
        Where requests are kept.
    flag_file
        The flag file.
    is_paused
        Says whether the bot is paused, None where nobody knows; None as a whole where a pause counts for
        nothing.
    alert
        Tells the user.
    """

    def __init__(
        self,
        book: RequestBook,
        flag_file: FlagFile,
        is_paused: Callable[[], bool | None] | None,
        alert: Callable[[str], None],
    ) -> None:
        self._book = book
        self._flag_file = flag_file
        self._is_paused = is_paused
        self._alert = alert
        self._answers: dict[int, str] = {}

    def look(self, now: datetime, active: Sequence[Trip], takes_requests: bool = True) -> list[HandDeed]:
        """Give what is to be done, in this order; what holds already isn't given again.

        Parameters
        ----------
        now
            The moment of the loop; aware.
        active
            The trips that hold.
        takes_requests
            False leaves requests as they are.
        """
        held = {trip.way: trip for trip in active}
        return [
            *(self._requests(now) if takes_requests else ()),
            *self._by_flag_file(now, held.get(TripWay.FLAG_FILE)),
            *self._by_lock(now, held.get(TripWay.FOREIGN_LOCK)),
            *self._by_pause(held.get(TripWay.PAUSE)),
        ]

    def answer(self, number: int, text: str, now: datetime) -> None:
        """Mark a request as taken, once what came of it is safe in the ledger.

        A ledger that doesn't take the answer gets it again when the request is next read.
        """
        self._answers[number] = text
        self._book.answer_request(number, text, now)

    def after_reset(self, ended: Iterable[Trip], way: ResetWay, now: datetime) -> list[HandTrip]:
        """Take away what trips hung on that a person ended by another way, and give those that hold yet.

        The flag file is removed; where it can't be, its trip stays. A command ends people's locks too; a
        deleted lock says nothing of the others. A pause ends with Freqtrade's own ``/start`` only.
        """
        ways = {trip.way for trip in ended}
        deeds: list[HandDeed] = []
        if way not in (ResetWay.COMMAND, ResetWay.LOCK_DELETED):
            return []
        if TripWay.FLAG_FILE in ways:
            trouble = self._flag_file.remove()
            if trouble is not None:
                self._alert(
                    f"The flag file {self._flag_file.path} can't be removed, its trip stays: {trouble}"
                )
            deeds += self._by_flag_file(now, None)
        if TripWay.FOREIGN_LOCK in ways:
            if way is ResetWay.COMMAND:
                end_foreign_locks(now)
            deeds += self._by_lock(now, None)
        if TripWay.PAUSE in ways:
            deeds += self._by_pause(None)
        return [deed for deed in deeds if isinstance(deed, HandTrip)]

    def _requests(self, now: datetime) -> Iterator[HandDeed]:
        rows = self._book.open_requests(now)
        self._answers = {row.number: self._answers[row.number] for row in rows if row.number in self._answers}
        taken_back_by = max((row.number for row in rows if _ends_trips_by_hand(row)), default=0)
        for row in rows:
            if row.number in self._answers:
                self._book.answer_request(row.number, self._answers[row.number], now)
            elif row.kind == RequestKind.TRIP and row.number < taken_back_by:
                self.answer(row.number, f"taken back by request {taken_back_by} before the bot saw it", now)
            elif row.kind == RequestKind.TRIP:
                yield HandTrip(TripWay.COMMAND, _detail("by command", row.text), number=row.number)
            elif row.kind == RequestKind.RESET and row.rule in (None, *RuleName):
                rule = RuleName(row.rule) if row.rule is not None else None
                yield HandReset(row.number, min(row.asked_at, now), rule)
            else:
                logger.warning("Request %s asks for what this version doesn't know.", row.number)
                self.answer(row.number, "nothing was done: this version doesn't know what is asked for", now)

    def _by_flag_file(self, now: datetime, held: Trip | None) -> Iterator[HandDeed]:
        flag, name = self._flag_file.look(now), f"flag file {self._flag_file.path.name}"
        if flag is None:
            if held is not None:
                yield HandEnd(TripWay.FLAG_FILE, ResetWay.FLAG_REMOVED)
        elif not flag.is_seen:
            if held is None:
                detail = _detail(f"{_NO_SIGHT} {name}", flag.reason)
                yield HandTrip(TripWay.FLAG_FILE, detail, action=Action.BLOCK)
        elif held is None or held.detail.startswith(_NO_SIGHT):
            yield HandTrip(TripWay.FLAG_FILE, _detail(name, flag.reason))

    def _by_lock(self, now: datetime, held: Trip | None) -> Iterator[HandDeed]:
        lock = foreign_lock(now)
        if lock is None:
            if held is not None:
                yield HandEnd(TripWay.FOREIGN_LOCK, ResetWay.LOCK_ENDED)
        elif held is None or (held.until is not None and held.until < lock.until):
            detail = _detail("lock on all pairs", lock.reason)
            yield HandTrip(TripWay.FOREIGN_LOCK, detail, until=lock.until, action=Action.BLOCK)

    def _by_pause(self, held: Trip | None) -> Iterator[HandDeed]:
        paused = self._is_paused() if self._is_paused is not None else False
        if paused and held is None:
            yield HandTrip(TripWay.PAUSE, "the bot is paused")
        elif paused is False and held is not None:
            yield HandEnd(TripWay.PAUSE, ResetWay.RESUMED)


def _ends_trips_by_hand(row: RequestRow) -> bool:
    return row.kind == RequestKind.RESET and row.rule in (None, RuleName.MANUAL)


def _detail(what: str, reason: str) -> str:
    reason = printable(reason)
    return printable(f"{what}: {reason}" if reason else what, _LONGEST_DETAIL)
