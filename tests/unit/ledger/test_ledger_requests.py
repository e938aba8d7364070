"""What people ask a bot for: asked once, taken once, kept apart by account and generation."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text

from freqtrade_riskkit.ledger import (
    AccountLedger,
    LedgerUnavailable,
    RequestKind,
    RequestRow,
)
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.ledger.schema import VERSION_TABLE
from freqtrade_riskkit.ledger.store import Store
from tests.support.last_used import open_last_used
from tests.unit.ledger.older_stores import leave_schema

Open = Callable[..., AccountLedger]


def test_request_when_asked_then_open_until_the_bot_answers_it(
    store_url: str, open_account: Open, now: datetime
) -> None:
    bot, person = open_account(store_url), open_account(store_url)
    assert bot.open_requests() == []
    asked = RequestRow(1, "trip", None, now, "exchange looks odd", None, "")
    assert person.add_request(RequestKind.TRIP, now, "exchange looks odd") == 1
    later = now + timedelta(seconds=1)
    assert person.add_request(RequestKind.RESET, later, "", rule="drawdown") == 2
    assert bot.open_requests() == [asked, RequestRow(2, "reset", "drawdown", later, "", None, "")]
    assert person.request(1) == asked

    bot.answer_request(1, later, "tripped")
    assert [row.number for row in bot.open_requests()] == [2]
    assert person.request(1) == RequestRow(1, "trip", None, now, "exchange looks odd", later, "tripped")


def test_request_when_answered_again_then_the_first_answer_stays(
    store_url: str, open_account: Open, now: datetime
) -> None:
    """A bot that was killed in between may take a request twice."""
    ledger = open_account(store_url)
    ledger.add_request(RequestKind.TRIP, now, "")
    ledger.answer_request(1, now, "tripped")
    ledger.answer_request(1, now + timedelta(minutes=1), "was tripped already")
    row = ledger.request(1)
    assert row is not None
    assert (row.taken_at, row.answer) == (now, "tripped")


def test_request_when_its_number_is_unknown_then_none_and_an_answer_changes_nothing(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.answer_request(7, now, "nobody asked")
    assert ledger.request(7) is None


def test_requests_when_accounts_or_databases_differ_then_each_sees_its_own(
    store_url: str, open_account: Open, now: datetime
) -> None:
    main = open_account(store_url)
    newer = open_account(store_url, fingerprint="f2")
    other = open_account(store_url, account_id="other")
    assert [ledger.add_request(RequestKind.TRIP, now, "") for ledger in (main, newer, other, main)] == [
        1,
        1,
        1,
        2,
    ]
    newer.answer_request(1, now, "tripped")
    assert [len(ledger.open_requests()) for ledger in (main, newer, other)] == [2, 0, 1]


def test_requests_when_asked_at_once_by_several_then_each_has_its_own_number(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledgers = [open_account(store_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda ledger: ledger.add_request(RequestKind.RESET, now, ""), ledgers * 3))
    assert sorted(numbers) == list(range(1, 13))


def test_request_when_asked_in_another_zone_then_it_comes_back_in_utc(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.add_request(RequestKind.TRIP, now.astimezone(timezone(timedelta(hours=-7))), "")
    (row,) = ledger.open_requests()
    assert row.asked_at.isoformat() == now.isoformat()


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"], ids=["nul", "surrogate"])
def test_request_when_no_database_could_keep_it_then_refused_by_name(
    open_account: Open, now: datetime, bad: str
) -> None:
    ledger = open_account()
    with pytest.raises(ValueError, match="text"):
        ledger.add_request(RequestKind.TRIP, now, bad)
    with pytest.raises(ValueError, match="rule"):
        ledger.add_request(RequestKind.RESET, now, "", rule=bad)
    with pytest.raises(ValueError, match="rule must not be empty"):
        ledger.add_request(RequestKind.RESET, now, "", rule=" ")
    with pytest.raises(ValueError, match="at must be aware"):
        ledger.add_request(RequestKind.RESET, now.replace(tzinfo=None), "")
    with pytest.raises(ValueError, match="at must be aware"):
        ledger.answer_request(1, now.replace(tzinfo=None), "")
    with pytest.raises(ValueError, match="answer"):
        ledger.answer_request(1, now, bad)
    assert ledger.open_requests() == []


def test_requests_when_the_ledger_is_closed_then_unavailable(open_account: Open, now: datetime) -> None:
    ledger = open_account()
    ledger.close()
    calls: list[Callable[[], object]] = [
        lambda: ledger.add_request(RequestKind.TRIP, now, ""),
        ledger.open_requests,
        lambda: ledger.request(1),
        lambda: ledger.answer_request(1, now, ""),
    ]
    for call in calls:
        with pytest.raises(LedgerUnavailable, match="it was closed"):
            call()


def test_store_of_the_first_schema_when_a_bot_opens_it_then_its_rows_stay_and_requests_are_taken(
    store_url: str, tmp_path: Path, open_account: Open, now: datetime
) -> None:
    with closing(Store(locate(store_url, tmp_path), 5.0)) as store:
        leave_schema(store, "0001")
    ledger = open_account(store_url)
    assert ledger.generation == 1
    assert ledger.load_state("breaker") == '{"version": 1}'
    assert [row.text for row in ledger.decisions()] == ["by hand"]
    assert ledger.open_requests() == []
    assert ledger.add_request(RequestKind.RESET, now, "") == 1


def test_store_of_the_first_schema_when_a_person_asks_then_refused_with_the_remedy_and_unchanged(
    store_url: str, tmp_path: Path
) -> None:
    """The bot that keeps it would never look; only a look at its records is possible."""
    with closing(Store(locate(store_url, tmp_path), 5.0)) as store:
        leave_schema(store, "0001")
        says = "cannot ask the bot: its schema is 0001, .* restart the bot with this one"
        with pytest.raises(LedgerUnavailable, match=says):
            open_last_used(store_url, tmp_path, "main", to_ask=True)
        looked_at = open_last_used(store_url, tmp_path, "main")
        assert looked_at is not None
        with closing(looked_at):
            assert looked_at.load_state("breaker") == '{"version": 1}'
        with store.reading("look") as connection:
            assert connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() == "0001"


def test_store_of_the_second_schema_when_a_person_asks_then_its_bot_gets_the_request(
    store_url: str, tmp_path: Path, now: datetime
) -> None:
    """That bot looks for requests already, though it knows nothing of what came later."""
    with closing(Store(locate(store_url, tmp_path), 5.0)) as store:
        leave_schema(store, "0002")
    asking = open_last_used(store_url, tmp_path, "main", to_ask=True)
    assert asking is not None
    with closing(asking):
        assert asking.add_request(RequestKind.RESET, now, "") == 2
        with pytest.raises(LedgerUnavailable, match="an older freqtrade-riskkit keeps it; start"):
            asking.trades()


def test_ledger_when_opened_to_ask_then_the_bot_gets_the_request(
    store_url: str, tmp_path: Path, open_account: Open, now: datetime
) -> None:
    bot = open_account(store_url)
    asking = open_last_used(store_url, tmp_path, "main", to_ask=True)
    assert asking is not None
    with closing(asking):
        asking.add_request(RequestKind.TRIP, now, "")
    assert [row.kind for row in bot.open_requests()] == ["trip"]
