"""What a bot's watch tells of orders, told by hand to an exchange that only answers as the test wants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from freqtrade.exceptions import InvalidOrderException

from freqtrade_riskkit.core.entry.request import EntryKind
from freqtrade_riskkit.host.bot_watch import BotWatch
from freqtrade_riskkit.host.error_watch import ErrorSeen, SuccessSeen, WatchFailed
from freqtrade_riskkit.host.stop_flood import StopFloodAlarm

START = datetime(2024, 1, 1, tzinfo=UTC)
OPEN = {"status": "open", "filled": 0, "symbol": "BTC/USDT", "side": "buy"}


class Client:
    """ccxt's part: what it does with an answer is give its text back."""

    def on_rest_response(self, code: int, text: str) -> str:
        return text.strip()


class Exchange:
    """Freqtrade's part: answers every order with the next thing in `answers`."""

    def __init__(self) -> None:
        self._api = Client()
        self._api_async = Client()
        self.answers: list[Any] = []

    def create_order(self, **order: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    create_stoploss = create_order


class Told:
    """A session's side: the orders it is told of, the alerts that are sent."""

    def __init__(self, limit: int | None = 2) -> None:
        self.now = START
        self.placed: list[tuple[EntryKind, datetime]] = []
        self.alerts: list[str] = []
        alarm = StopFloodAlarm(limit, self.alerts.append) if limit is not None else None
        self.watch = BotWatch(lambda kind, at: self.placed.append((kind, at)), alarm, lambda: self.now)


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def kinds(watch: BotWatch) -> list[str]:
    return [str(event.kind) if isinstance(event, ErrorSeen) else "success" for event in watch.take()]


def test_entry_when_placed_then_it_counts_once_by_its_kind(exchange: Exchange) -> None:
    """What follows it in the same breath, a stop or an exit, is something else."""
    told = Told()
    told.watch.attach(exchange)
    exchange.answers = [OPEN] * 2 * len(EntryKind)

    for kind in EntryKind:
        with told.watch.entering(kind):
            exchange.create_order()
            exchange.create_stoploss()
        told.now += timedelta(seconds=61)

    assert told.placed == [(EntryKind.INITIAL, START), (EntryKind.ADDED, START + timedelta(seconds=61))]
    assert told.alerts == []


@pytest.mark.parametrize(
    ("answer", "counted", "seen"),
    [
        (OPEN, 1, "success"),
        ({**OPEN, "status": "closed", "filled": 1.0}, 1, "success"),
        ({**OPEN, "status": "expired"}, 1, "success"),
        ({**OPEN, "status": "rejected", "filled": 0.5}, 1, "success"),
        ({**OPEN, "status": "rejected"}, 0, "rejection"),
        ({**OPEN, "status": "rejected", "filled": None}, 0, "rejection"),
    ],
)
def test_entry_when_answered_then_only_one_that_nothing_came_of_is_rejected(
    exchange: Exchange, answer: dict[str, Any], counted: int, seen: str
) -> None:
    told = Told()
    told.watch.attach(exchange)
    exchange.answers = [answer]

    with told.watch.entering(EntryKind.INITIAL):
        assert exchange.create_order() is answer

    assert len(told.placed) == counted
    assert kinds(told.watch) == [seen]


def test_entry_when_refused_then_the_bot_gets_its_exception_and_nothing_is_counted(
    exchange: Exchange,
) -> None:
    told = Told()
    told.watch.attach(exchange)
    refused = InvalidOrderException("refused")
    exchange.answers = [refused, OPEN]

    with told.watch.entering(EntryKind.INITIAL):
        with pytest.raises(InvalidOrderException) as caught:
            exchange.create_order()
        exchange.create_order()

    assert caught.value is refused
    assert len(told.placed) == 1
    assert kinds(told.watch) == ["rejection", "success"]


def test_exits_stops_and_replacements_when_too_many_then_one_alert_and_none_is_counted(
    exchange: Exchange,
) -> None:
    told = Told(limit=2)
    told.watch.attach(exchange)
    exchange.answers = [OPEN] * 4

    exchange.create_order()
    exchange.create_stoploss()
    with told.watch.entering(EntryKind.REPLACED):
        exchange.create_order()
    exchange.create_stoploss()

    assert told.placed == []
    (alert,) = told.alerts
    assert alert.startswith("STOP_FLOOD: limit=2, value=3, exits, stops and replaced orders within 60 s")


def test_alarm_when_switched_off_then_nothing_is_sent(exchange: Exchange) -> None:
    told = Told(limit=None)
    told.watch.attach(exchange)
    exchange.answers = [OPEN] * 100

    for _ in range(100):
        exchange.create_stoploss()

    assert told.alerts == []


def test_order_when_it_can_not_be_counted_then_the_bot_has_it_and_the_watch_says_so(
    exchange: Exchange,
) -> None:
    """An exception here would make Freqtrade believe that its order was never placed."""

    def broken(kind: EntryKind, at: datetime) -> None:
        raise RuntimeError("a bug")

    watch = BotWatch(broken, None)
    watch.attach(exchange)
    exchange.answers = [OPEN]

    with watch.entering(EntryKind.INITIAL):
        assert exchange.create_order() is OPEN

    with pytest.raises(WatchFailed, match="a bug"):
        watch.take()
    assert kinds(watch) == ["success"]


@pytest.mark.parametrize("answer", [OPEN, {**OPEN, "status": "rejected"}], ids=["accepted", "rejected"])
def test_order_when_its_moment_can_not_be_told_then_the_bot_has_it_and_the_watch_says_so(
    exchange: Exchange, answer: dict[str, Any]
) -> None:
    def broken() -> datetime:
        raise RuntimeError("no clock")

    watch = BotWatch(lambda kind, at: None, None, broken)
    watch.attach(exchange)
    exchange.answers = [answer]

    assert exchange.create_order() is answer

    with pytest.raises(WatchFailed, match="no clock"):
        watch.take()


@pytest.mark.parametrize(
    ("code", "is_answer"),
    [(200, True), (400, True), (404, True), (418, False), (429, False), (500, False), (503, False)],
)
def test_loop_when_the_exchange_answers_then_only_a_proper_answer_is_one(
    exchange: Exchange, code: int, is_answer: bool
) -> None:
    told = Told()
    for client in (exchange._api, exchange._api_async):
        with told.watch.loop(exchange):
            assert client.on_rest_response(code, " text ") == "text"

        (event,) = told.watch.take()
        assert isinstance(event, SuccessSeen)
        assert ("network" in event.kinds) == is_answer


def test_watch_when_attached_again_then_nothing_is_told_twice(exchange: Exchange) -> None:
    told = Told()
    for _ in range(3):
        told.watch.attach(exchange)
    exchange.answers = [OPEN]

    with told.watch.entering(EntryKind.INITIAL):
        exchange.create_order()

    assert len(told.placed) == 1
    assert kinds(told.watch) == ["success"]


def test_watch_when_detached_then_the_exchange_is_as_it_was(exchange: Exchange) -> None:
    told = Told()
    before = dict(vars(exchange)), dict(vars(exchange._api))
    told.watch.attach(exchange)
    told.watch.detach()
    told.watch.detach()

    assert (dict(vars(exchange)), dict(vars(exchange._api))) == before


def test_watch_when_another_takes_over_then_only_that_one_is_told(exchange: Exchange) -> None:
    """As where a bot's session is made anew; the old one ends whenever it ends."""
    old, new = Told(), Told()
    old.watch.attach(exchange)
    new.watch.attach(exchange)
    old.watch.detach()
    exchange.answers = [OPEN, OPEN]

    exchange.create_order()
    new.watch.detach()
    exchange.create_order()

    assert kinds(old.watch) == []
    assert kinds(new.watch) == ["success"]


def test_exchange_when_somebody_else_wraps_its_methods_then_theirs_stay() -> None:
    """A method set on the object before is put back; one that was set since is left alone."""
    exchange = SimpleNamespace(
        create_order=lambda: OPEN, create_stoploss=lambda: OPEN, _api=Client(), _api_async=Client()
    )
    first = exchange.create_order
    told = Told()
    told.watch.attach(exchange)
    second = exchange.create_stoploss = lambda: OPEN

    told.watch.detach()

    assert exchange.create_order is first
    assert exchange.create_stoploss is second
