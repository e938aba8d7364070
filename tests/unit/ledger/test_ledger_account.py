"""What one account's ledger keeps and gives back, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from freqtrade_riskkit.ledger import AccountLedger, DecisionRow, LedgerUnavailable

Open = Callable[..., AccountLedger]


def test_load_state_when_nothing_was_saved_then_none(store_url: str, open_account: Open) -> None:
    assert open_account(store_url).load_state("breaker") is None


def test_save_state_when_saved_twice_then_the_last_body_stays_over_a_reopening(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.save_state("breaker", '{"v": 1, "state": "closed"}', now)
    ledger.save_state("breaker", '{"v": 1, "state": "open"}', now + timedelta(seconds=5))
    ledger.save_state("tracker", "{}", now)
    ledger.close()
    again = open_account(store_url)
    assert again.load_state("breaker") == '{"v": 1, "state": "open"}'
    assert again.load_state("tracker") == "{}"


def test_save_state_when_two_processes_hold_the_store_then_each_reads_the_other_at_once(
    store_url: str, open_account: Open, now: datetime
) -> None:
    bot, command_line = open_account(store_url), open_account(store_url)
    bot.save_state("breaker", "open", now)
    assert command_line.load_state("breaker") == "open"
    command_line.save_state("breaker", "closed", now)
    assert bot.load_state("breaker") == "closed"


def test_decisions_when_added_out_of_order_then_newest_first_and_ties_by_arrival(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.add_decision("trip", "DRAWDOWN_EXCEEDED", now, "first", '{"v": 1}')
    ledger.add_decision("warning", "LIMIT_NEAR", now - timedelta(hours=1), "late arrival", "{}")
    ledger.add_decision("reset", "DRAWDOWN_EXCEEDED", now, "same moment", "{}")
    assert ledger.decisions() == [
        DecisionRow(3, "reset", "DRAWDOWN_EXCEEDED", now, "same moment", "{}"),
        DecisionRow(1, "trip", "DRAWDOWN_EXCEEDED", now, "first", '{"v": 1}'),
        DecisionRow(2, "warning", "LIMIT_NEAR", now - timedelta(hours=1), "late arrival", "{}"),
    ]


def test_decisions_when_asked_for_a_kind_and_a_limit_then_only_so_many_of_it(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    for minute in range(5):
        ledger.add_decision("trip", "MANUAL_TRIP", now + timedelta(minutes=minute), f"trip {minute}", "{}")
        ledger.add_decision("reset", "MANUAL_TRIP", now + timedelta(minutes=minute), f"reset {minute}", "{}")
    assert [row.text for row in ledger.decisions("trip", limit=2)] == ["trip 4", "trip 3"]
    assert ledger.decisions("denial") == []


@pytest.mark.parametrize("limit", [0, -1])
def test_decisions_when_limit_is_below_one_then_refused(open_account: Open, limit: int) -> None:
    with pytest.raises(ValueError, match=f"limit must be 1 or more, was {limit}"):
        open_account().decisions(limit=limit)


def test_add_decision_when_repeated_unchanged_then_one_row(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    for _ in range(2):
        ledger.add_decision("trip", "MANUAL_TRIP", now, "by hand", "{}")
    ledger.add_decision("trip", "MANUAL_TRIP", now, "by hand", '{"other": 1}')
    assert [row.body for row in ledger.decisions()] == ['{"other": 1}', "{}"]


def test_add_decision_when_values_differ_only_in_where_they_are_cut_then_two_rows(
    open_account: Open, now: datetime
) -> None:
    ledger = open_account()
    ledger.add_decision("trip", "AB", now, "C", "{}")
    ledger.add_decision("trip", "A", now, "BC", "{}")
    assert len(ledger.decisions()) == 2


def test_times_when_given_in_another_zone_then_come_back_as_the_same_moment_in_utc(
    store_url: str, open_account: Open
) -> None:
    at = datetime(2026, 3, 1, 1, 15, 0, 7, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    ledger = open_account(store_url, now=at)
    ledger.add_decision("trip", "MANUAL_TRIP", at, "", "")
    (row,) = ledger.decisions()
    assert row.at == at
    assert row.at.isoformat() == "2026-02-28T19:45:00.000007+00:00"


def test_times_when_naive_then_refused_by_name_and_nothing_is_written(
    tmp_path: Path, open_account: Open, now: datetime
) -> None:
    naive = now.replace(tzinfo=None)
    with pytest.raises(ValueError, match="now must be aware"):
        open_account(now=naive)
    assert list(tmp_path.iterdir()) == []
    ledger = open_account()
    with pytest.raises(ValueError, match="now must be aware"):
        ledger.save_state("breaker", "{}", naive)
    with pytest.raises(ValueError, match="at must be aware"):
        ledger.add_decision("trip", "MANUAL_TRIP", naive, "", "{}")
    assert ledger.load_state("breaker") is None
    assert ledger.decisions() == []


@pytest.mark.parametrize(
    "text", ["", "  ", "a" * 201, "a\0b", "\ud800"], ids=["empty", "blank", "long", "nul", "surrogate"]
)
def test_names_when_no_database_could_keep_them_then_refused(
    open_account: Open, now: datetime, text: str
) -> None:
    for argument in ("account_id", "fingerprint"):
        with pytest.raises(ValueError, match=argument):
            open_account(**{argument: text})
    ledger = open_account()
    with pytest.raises(ValueError, match="name"):
        ledger.save_state(text, "{}", now)
    with pytest.raises(ValueError, match="name"):
        ledger.load_state(text)
    with pytest.raises(ValueError, match="kind"):
        ledger.add_decision(text, "MANUAL_TRIP", now, "", "{}")
    with pytest.raises(ValueError, match="code"):
        ledger.add_decision("trip", text, now, "", "{}")
    with pytest.raises(ValueError, match="kind"):
        ledger.decisions(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["nul", "surrogate"])
def test_bodies_when_no_database_could_keep_them_then_refused(
    open_account: Open, now: datetime, text: str
) -> None:
    ledger = open_account()
    with pytest.raises(ValueError, match="body"):
        ledger.save_state("breaker", text, now)
    with pytest.raises(ValueError, match="text"):
        ledger.add_decision("trip", "MANUAL_TRIP", now, text, "{}")
    with pytest.raises(ValueError, match="body"):
        ledger.add_decision("trip", "MANUAL_TRIP", now, "", text)


def test_bodies_when_long_and_full_of_odd_characters_then_come_back_unchanged(
    store_url: str, open_account: Open, now: datetime
) -> None:
    body = "".join(map(chr, range(1, 0x250))) + "%s :name ? {} 😀 €\r\n" + "x" * 1_000_000
    ledger = open_account(store_url)
    ledger.save_state("breaker", body, now)
    ledger.add_decision("trip", "MANUAL_TRIP", now, body, body)
    assert ledger.load_state("breaker") == body
    (row,) = ledger.decisions()
    assert (row.text, row.body) == (body, body)


def test_every_method_when_the_ledger_is_closed_then_unavailable(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    ledger.close()
    ledger.close()
    calls: list[Callable[[], object]] = [
        lambda: ledger.save_state("breaker", "{}", now),
        lambda: ledger.load_state("breaker"),
        lambda: ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}"),
        ledger.decisions,
    ]
    for call in calls:
        with pytest.raises(LedgerUnavailable, match="it was closed"):
            call()


def test_ledger_when_used_from_several_threads_at_once_then_nothing_is_lost(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)

    def record(number: int) -> int:
        ledger.add_decision("trip", "MANUAL_TRIP", now + timedelta(seconds=number), "", "{}")
        return len(ledger.decisions())

    with ThreadPoolExecutor(4) as pool:
        seen = list(pool.map(record, range(40)))
    assert min(seen) >= 1
    assert [row.at - now for row in ledger.decisions()] == [timedelta(seconds=s) for s in range(39, -1, -1)]


def test_decision_row_when_read_then_frozen_and_in_utc(open_account: Open, now: datetime) -> None:
    ledger = open_account()
    ledger.add_decision("trip", "MANUAL_TRIP", now, "", "{}")
    (row,) = ledger.decisions()
    assert row.at.tzinfo is UTC
    with pytest.raises(AttributeError):
        row.code = "OTHER"  # type: ignore[misc]
