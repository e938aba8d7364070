"""Every way in and out by hand, with the real breaker, the real ledger and Freqtrade's own locks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerEvent,
    BreakerPolicy,
    BreakerState,
    CircuitBreaker,
    End,
    LossStreak,
    Manual,
    ResetWay,
    RuleName,
    Trip,
    TripEnded,
    TripWay,
)
from freqtrade_riskkit.host.bot_ledger import BotLedger, ledger_of
from freqtrade_riskkit.host.flag_file import FlagFile, raise_flag
from freqtrade_riskkit.host.hand import Hand
from freqtrade_riskkit.host.hand_deeds import HandDeed, HandReset, HandTrip, answer_to, take
from freqtrade_riskkit.ledger import AccountLedger, RequestKind, open_ledger
from tests.unit.host.freqtrade_database import delete_lock, freqtrade_database, rpc

MINUTE = timedelta(minutes=1)
POLICY = BreakerPolicy(
    None,
    None,
    LossStreak(1, 0.0, End(after=60 * MINUTE)),
    cooldown=15 * MINUTE,
    max_trips_per_day=None,
    warn_at=0.8,
    manual=Manual(Action.FLATTEN),
)


@dataclass
class Bot:
    """A bot's loop, as far as hands are concerned."""

    folder: Path
    now: datetime
    paused: bool | None = False
    alerts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(POLICY, 1000.0, self.now)
        self.person = open_ledger("sqlite:///riskkit.sqlite", self.folder, "main", "f1", self.now)
        self.restart()

    @property
    def flag(self) -> Path:
        return self.folder / "riskkit.halt"

    @property
    def tripped(self) -> dict[TripWay, str]:
        return {trip.way: trip.detail for trip in self.breaker.active_trips}

    @property
    def state(self) -> str:
        return str(self.breaker.state)

    def restart(self) -> None:
        """Begin anew with what is stored: the ledger, and the breaker's memory."""
        self.ledger: BotLedger = ledger_of(
            "sqlite:///riskkit.sqlite",
            self.folder,
            "main",
            lambda: "f1",
            denies=True,
            alert=self.alerts.append,
        )
        self.breaker = CircuitBreaker.recall(POLICY, self.breaker.remember())
        self.hand = Hand(self.ledger, FlagFile(self.flag), lambda: self.paused, self.alerts.append)

    def pass_time(self, minutes: float = 1.0) -> datetime:
        self.now += minutes * MINUTE
        return self.now

    def look(self) -> list[HandDeed]:
        return self.hand.look(self.now, self.breaker.active_trips)

    def loop(self, *, killed_before_answers: bool = False) -> list[BreakerEvent]:
        """Run one loop, a second later, the way that a bot does it."""
        self.pass_time(1 / 60)
        told: list[BreakerEvent] = []
        answers: dict[int, str] = {}
        for deed in self.look():
            events = take(deed, self.breaker, self.now)
            ended = [event.trip for event in events if isinstance(event, TripEnded)]
            way = next((event.way for event in events if isinstance(event, TripEnded)), ResetWay.TIME)
            for again in self.hand.after_reset(ended, way, self.now):
                events += take(again, self.breaker, self.now)
            if not isinstance(deed, HandTrip | HandReset) or deed.number is None:
                told += events
                continue
            answers[deed.number] = answer_to(deed, events, self.breaker.active_trips)
            told += events
        if not killed_before_answers:
            for number, text in answers.items():
                self.hand.answer(number, text, self.now)
        return told

    def ask(self, kind: RequestKind, text: str = "", rule: str | None = None) -> int:
        return self.person.add_request(kind, self.now, text, rule)

    def answer(self, number: int) -> str | None:
        row = self.person.request(number)
        assert row is not None
        return row.answer if row.taken_at is not None else None

    def lose(self) -> None:
        """Trip the rule of losses in a row."""
        self.breaker.trade_closed(self.breaker.equity - 1, -0.01, self.now)

    def delete_breakers_lock(self) -> list[HandTrip]:
        """Reset as a deleted lock of the kit does."""
        events = self.breaker.reset(self.now, ResetWay.LOCK_DELETED)
        ended = [event.trip for event in events if isinstance(event, TripEnded)]
        again = self.hand.after_reset(ended, ResetWay.LOCK_DELETED, self.now)
        for deed in again:
            take(deed, self.breaker, self.now)
        return again


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    with freqtrade_database():
        made = Bot(tmp_path, datetime.now(UTC))
        yield made
        made.person.close()
        made.ledger.close()


def ways(events: list[BreakerEvent]) -> list[object]:
    return [event.way for event in events if isinstance(event, Trip | TripEnded)]


def test_hand_when_nobody_did_anything_then_nothing_is_to_be_done(bot: Bot) -> None:
    bot.lose()
    assert bot.look() == []


def test_trip_when_asked_for_then_taken_in_one_loop_and_answered(bot: Bot) -> None:
    number = bot.ask(RequestKind.TRIP, "exchange\nlooks odd")
    (trip,) = bot.loop()
    assert isinstance(trip, Trip)
    assert (trip.way, trip.until, trip.action) == (TripWay.COMMAND, None, Action.FLATTEN)
    assert trip.decision().message() == "MANUAL_TRIP: by command: exchange"
    assert bot.answer(number) == "tripped"
    assert bot.look() == []

    again = bot.ask(RequestKind.TRIP)
    assert bot.loop() == []
    assert bot.answer(again) == "it was tripped already"


def test_reset_when_asked_for_then_all_ends_with_no_cooldown_and_nothing_trips_again(bot: Bot) -> None:
    bot.lose()
    bot.ask(RequestKind.TRIP)
    bot.loop()
    number = bot.ask(RequestKind.RESET)
    assert ways(bot.loop()) == [ResetWay.COMMAND, ResetWay.COMMAND]
    assert bot.breaker.state is BreakerState.CLOSED
    assert bot.breaker.clock(bot.pass_time()) == []
    assert bot.answer(number) == "ended MANUAL_TRIP (by command), CONSECUTIVE_LOSSES_EXCEEDED"


def test_reset_when_nothing_is_tripped_then_said_so(bot: Bot) -> None:
    number = bot.ask(RequestKind.RESET)
    assert bot.loop() == []
    assert bot.answer(number) == "nothing was tripped"


def test_reset_when_in_cooldown_then_it_ends(bot: Bot) -> None:
    bot.lose()
    bot.breaker.clock(bot.pass_time(61))
    assert bot.state == "cooldown"
    number = bot.ask(RequestKind.RESET)
    bot.loop()
    assert bot.state == "closed"
    assert bot.answer(number) == "nothing was tripped; the cooldown ended"


def test_reset_when_one_rule_is_meant_then_the_others_hold(bot: Bot) -> None:
    bot.lose()
    bot.ask(RequestKind.TRIP)
    bot.loop()
    number = bot.ask(RequestKind.RESET, rule="loss_streak")
    assert ways(bot.loop()) == [ResetWay.COMMAND]
    assert bot.tripped == {TripWay.COMMAND: "by command"}
    answer = "ended CONSECUTIVE_LOSSES_EXCEEDED; still tripped: MANUAL_TRIP (by command)"
    assert bot.answer(number) == answer

    other = bot.ask(RequestKind.RESET, rule="drawdown")
    assert bot.loop() == []
    said = "nothing that was meant was tripped; still tripped: MANUAL_TRIP (by command)"
    assert bot.answer(other) == said


def test_reset_when_asked_before_a_trip_then_that_trip_holds(bot: Bot) -> None:
    """The bot was busy, or down: what came afterwards the person can't have meant."""
    bot.ask(RequestKind.TRIP)
    bot.loop()
    number = bot.ask(RequestKind.RESET)
    bot.pass_time()
    bot.lose()
    raise_flag(bot.flag, "")
    take(HandTrip(TripWay.FLAG_FILE, "flag file riskkit.halt"), bot.breaker, bot.now)
    assert ways(bot.loop()) == [ResetWay.COMMAND]
    assert set(bot.tripped) == {TripWay.RULE, TripWay.FLAG_FILE}
    assert bot.flag.exists()
    assert (bot.answer(number) or "").startswith("ended MANUAL_TRIP (by command); still tripped: ")


def test_reset_when_its_clock_is_ahead_then_it_counts_as_asked_when_it_is_taken(bot: Bot) -> None:
    bot.person.add_request(RequestKind.RESET, bot.now + 60 * MINUTE, "")
    (deed,) = bot.look()
    assert isinstance(deed, HandReset)
    assert deed.asked_at == bot.now


def test_trip_when_taken_back_before_the_bot_saw_it_then_nothing_trips(bot: Bot) -> None:
    trip, reset = bot.ask(RequestKind.TRIP), bot.ask(RequestKind.RESET)
    assert bot.loop() == []
    assert bot.answer(trip) == f"taken back by request {reset} before the bot saw it"
    assert bot.answer(reset) == "nothing was tripped"


def test_trip_when_asked_after_a_reset_or_beside_one_of_another_rule_then_it_trips(bot: Bot) -> None:
    bot.ask(RequestKind.RESET)
    bot.ask(RequestKind.TRIP)
    bot.ask(RequestKind.RESET, rule="drawdown")
    bot.loop()
    assert set(bot.tripped) == {TripWay.COMMAND}


@pytest.mark.parametrize("kind", RequestKind)
def test_request_when_the_bot_is_killed_before_it_answered_then_taken_again_without_harm(
    bot: Bot, kind: RequestKind
) -> None:
    bot.lose()
    number = bot.ask(kind)
    bot.loop(killed_before_answers=True)
    before = bot.tripped
    bot.restart()
    assert bot.answer(number) is None
    bot.loop()
    assert bot.tripped == before
    assert bot.answer(number) is not None


def test_reset_when_the_bot_is_killed_and_trips_meanwhile_then_taken_again_it_ends_nothing(bot: Bot) -> None:
    bot.lose()
    bot.ask(RequestKind.RESET)
    bot.loop(killed_before_answers=True)
    bot.pass_time()
    bot.lose()
    bot.restart()
    assert bot.loop() == []
    assert set(bot.tripped) == {TripWay.RULE}


def test_request_when_this_version_does_not_know_it_then_answered_and_nothing_done(bot: Bot) -> None:
    newer = bot.ask(RequestKind.RESET, rule="volcano")
    bot.lose()
    assert bot.loop() == []
    assert bot.answer(newer) == "nothing was done: this version doesn't know what is asked for"


def test_answer_when_the_ledger_fails_meanwhile_then_given_later_and_nothing_is_taken_twice(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = bot.ask(RequestKind.TRIP)
    answer_request = AccountLedger.answer_request
    with monkeypatch.context() as patch:
        patch.setattr(AccountLedger, "answer_request", _unavailable)
        bot.loop()
        assert not bot.ledger.answers
    assert bot.answer(number) is None
    bot.breaker.reset(bot.now, ResetWay.LOCK_DELETED)
    assert bot.loop() == []
    assert bot.tripped == {}
    assert bot.answer(number) == "tripped"
    assert AccountLedger.answer_request is answer_request


def _unavailable(ledger: AccountLedger, *_: object) -> None:
    raise ledger._store.unavailable("answer", "disk is full")


def test_flag_file_when_it_comes_and_goes_then_trips_and_lets_go(bot: Bot) -> None:
    raise_flag(bot.flag, "news at ten")
    (trip,) = bot.loop()
    assert isinstance(trip, Trip)
    assert (trip.way, trip.detail, trip.action) == (
        TripWay.FLAG_FILE,
        "flag file riskkit.halt: news at ten",
        Action.FLATTEN,
    )
    assert bot.look() == []
    bot.flag.unlink()
    assert ways(bot.loop()) == [ResetWay.FLAG_REMOVED]
    assert bot.breaker.state is BreakerState.CLOSED


@pytest.mark.parametrize("is_there", [True, False])
def test_flag_file_when_the_bot_was_down_then_what_is_there_at_the_start_holds(
    bot: Bot, is_there: bool
) -> None:
    if not is_there:
        raise_flag(bot.flag, "")
        bot.loop()
        bot.flag.unlink()
    else:
        raise_flag(bot.flag, "")
    bot.restart()
    bot.loop()
    assert (TripWay.FLAG_FILE in bot.tripped) is is_there


def test_flag_file_when_nobody_can_look_for_it_then_entries_are_denied_and_nothing_is_sold(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although trips by hand flatten here. Once it is seen to be there, they do."""

    def fail(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "lstat", fail)
        bot.restart()
        bot.loop()
        assert [trip.action for trip in bot.breaker.active_trips] == [Action.BLOCK]
        assert bot.tripped[TripWay.FLAG_FILE].startswith("no sight of flag file riskkit.halt: ")
        assert bot.look() == []
    raise_flag(bot.flag, "news")
    bot.loop()
    assert [trip.action for trip in bot.breaker.active_trips] == [Action.FLATTEN]
    bot.flag.unlink()
    bot.loop()
    assert bot.tripped == {}


@pytest.mark.parametrize("by_command", [True, False])
def test_flag_file_when_reset_by_another_way_then_it_is_removed(bot: Bot, by_command: bool) -> None:
    raise_flag(bot.flag, "")
    bot.loop()
    if by_command:
        bot.ask(RequestKind.RESET)
        bot.loop()
    else:
        assert bot.delete_breakers_lock() == []
    assert not bot.flag.exists()
    assert bot.loop() == []
    assert bot.tripped == {}


def test_flag_file_when_it_can_not_be_removed_then_alerted_and_its_trip_stays(bot: Bot) -> None:
    bot.flag.mkdir()
    bot.loop()
    number = bot.ask(RequestKind.RESET)
    bot.loop()
    assert TripWay.FLAG_FILE in bot.tripped
    (alert,) = bot.alerts
    assert "can't be removed, its trip stays" in alert
    assert "still tripped: MANUAL_TRIP (flag file riskkit.halt)" in (bot.answer(number) or "")


def test_flag_file_when_only_another_trip_was_reset_then_it_stays(bot: Bot) -> None:
    raise_flag(bot.flag, "")
    bot.lose()
    bot.loop()
    bot.ask(RequestKind.RESET, rule="loss_streak")
    bot.loop()
    assert bot.flag.exists()
    assert set(bot.tripped) == {TripWay.FLAG_FILE}


def test_lock_of_a_person_when_made_then_blocks_until_its_own_end(bot: Bot) -> None:
    lock = rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, "exchange looks odd", "*")
    (trip,) = bot.loop()
    assert isinstance(trip, Trip)
    assert (trip.way, trip.detail) == (TripWay.FOREIGN_LOCK, "lock on all pairs: exchange looks odd")
    assert (trip.until, trip.action) == (lock.lock_end_time_utc, Action.BLOCK)
    assert bot.look() == []
    bot.now = lock.lock_end_time_utc
    assert ways(bot.breaker.clock(bot.now)) == [ResetWay.LOCK_ENDED]
    assert bot.breaker.state is BreakerState.CLOSED
    assert bot.loop() == []


def test_lock_of_a_person_when_deleted_then_its_trip_ends(bot: Bot) -> None:
    lock = rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, None, "*")
    bot.loop()
    delete_lock(lock)
    bot.restart()
    assert ways(bot.loop()) == [ResetWay.LOCK_ENDED]


def test_lock_of_a_person_when_a_longer_one_comes_then_its_end_holds_and_goes_with_the_last(
    bot: Bot,
) -> None:
    first = rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, "first", "*")
    bot.loop()
    second = rpc()._rpc_add_lock("*", bot.now + 120 * MINUTE, "second", "*")
    bot.loop()
    assert [trip.until for trip in bot.breaker.active_trips] == [second.lock_end_time_utc]
    delete_lock(second)
    assert bot.loop() == []
    delete_lock(first)
    assert ways(bot.loop()) == [ResetWay.LOCK_ENDED]


def test_lock_of_a_person_when_reset_by_command_then_it_ends_too(bot: Bot) -> None:
    lock = rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, None, "*")
    bot.loop()
    bot.ask(RequestKind.RESET)
    bot.loop()
    assert not lock.active
    assert bot.tripped == {}
    assert bot.loop() == []


def test_lock_of_a_person_when_only_the_kits_was_deleted_then_it_holds(bot: Bot) -> None:
    rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, None, "*")
    bot.lose()
    bot.loop()
    assert [deed.way for deed in bot.delete_breakers_lock()] == [TripWay.FOREIGN_LOCK]
    assert set(bot.tripped) == {TripWay.FOREIGN_LOCK}


def test_pause_when_it_counts_then_trips_until_the_bot_runs_again(bot: Bot) -> None:
    bot.paused = True
    assert ways(bot.loop()) == [TripWay.PAUSE]
    assert bot.look() == []
    bot.paused = None
    assert bot.look() == []
    bot.paused = False
    assert ways(bot.loop()) == [ResetWay.RESUMED]


def test_pause_when_reset_while_the_bot_is_paused_then_it_holds(bot: Bot) -> None:
    bot.paused = True
    bot.loop()
    number = bot.ask(RequestKind.RESET)
    bot.loop()
    assert set(bot.tripped) == {TripWay.PAUSE}
    assert "still tripped: MANUAL_TRIP (the bot is paused)" in (bot.answer(number) or "")


def test_pause_when_it_counts_for_nothing_any_more_then_its_trip_ends(bot: Bot) -> None:
    bot.paused = True
    bot.loop()
    bot.hand = Hand(bot.ledger, FlagFile(bot.flag), None, bot.alerts.append)
    assert ways(bot.loop()) == [ResetWay.RESUMED]


def test_ledger_when_it_does_not_answer_then_the_other_ways_work(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AccountLedger, "open_requests", _unavailable)
    bot.ask(RequestKind.TRIP)
    raise_flag(bot.flag, "")
    rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, None, "*")
    bot.paused = True
    bot.loop()
    assert set(bot.tripped) == {TripWay.FLAG_FILE, TripWay.FOREIGN_LOCK, TripWay.PAUSE}
    assert bot.ledger.decide() is not None


def test_after_reset_when_time_or_observation_ended_a_trip_then_nothing_is_taken_away(bot: Bot) -> None:
    raise_flag(bot.flag, "")
    bot.loop()
    for way in (ResetWay.TIME, ResetWay.OBSERVED, ResetWay.RESUMED):
        assert bot.hand.after_reset(bot.breaker.active_trips, way, bot.now) == []
    assert bot.flag.exists()


def test_detail_when_the_reason_is_long_then_it_fits_a_lock(bot: Bot) -> None:
    bot.ask(RequestKind.TRIP, "x" * 5000)
    rpc()._rpc_add_lock("*", bot.now + 60 * MINUTE, "y" * 255, "*")
    raise_flag(bot.flag, "z" * 5000)
    bot.loop()
    assert [len(trip.decision().message()) <= 255 for trip in bot.breaker.active_trips] == [True] * 3


@pytest.mark.parametrize("rule", RuleName)
def test_reset_when_any_rule_is_meant_then_it_is_known(
    bot: Bot, rule: RuleName, caplog: pytest.LogCaptureFixture
) -> None:
    bot.ask(RequestKind.RESET, rule=str(rule))
    (deed,) = bot.look()
    assert isinstance(deed, HandReset)
    assert deed.rule is rule
    assert caplog.records == []
