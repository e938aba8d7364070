"""Equity samples: one a moment, read by period, thinned with age."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, RecordRefused
from tests.unit.ledger.records import BEGIN, sample

Open = Callable[..., AccountLedger]


def test_equity_when_added_then_read_exactly_in_the_order_of_moments(
    store_url: str, open_account: Open
) -> None:
    ledger = open_account(store_url)
    marked = EquitySample(BEGIN + timedelta(seconds=5), 1_000.1 + 0.2, 1_000.1, 0.2, 1_000.3, 0.25)
    ledger.add_equity([sample(BEGIN + timedelta(seconds=9), 990.0), marked])
    ledger.add_equity([sample(BEGIN, 1_000.0)])
    ledger.add_equity([])
    seconds = timedelta(seconds=1)
    everything = [sample(BEGIN, 1_000.0), marked, sample(BEGIN + 9 * seconds, 990.0)]
    assert ledger.equity() == everything
    assert ledger.equity(since=BEGIN + 5 * seconds) == everything[1:]
    assert ledger.equity(until=BEGIN + 5 * seconds) == everything[:1]
    assert ledger.equity(BEGIN + 5 * seconds, BEGIN + 9 * seconds) == [marked]


def test_equity_when_added_again_then_one_sample_a_moment_the_last_one(
    store_url: str, open_account: Open
) -> None:
    ledger = open_account(store_url)
    there = BEGIN.astimezone(timezone(timedelta(hours=5)))
    for _ in range(2):
        ledger.add_equity([sample(BEGIN, 1_000.0), sample(there, 999.0)])
    assert ledger.equity() == [sample(BEGIN, 999.0)]


def test_equity_when_accounts_or_databases_differ_then_each_sees_and_thins_its_own(
    store_url: str, open_account: Open, now: datetime
) -> None:
    main, newer = open_account(store_url), open_account(store_url, fingerprint="f2")
    other = open_account(store_url, account_id="other")
    old = [sample(now - timedelta(days=9, seconds=second), 5.0) for second in range(10)]
    main.add_equity(old)
    other.add_equity(old)
    assert newer.equity() == []
    assert newer.thin_equity(now) == 0
    assert main.thin_equity(now) == 8
    assert (len(main.equity()), len(other.equity())) == (2, 10)


def test_equity_when_thinned_then_extremes_and_the_young_stay_and_again_changes_nothing(
    store_url: str, open_account: Open, now: datetime
) -> None:
    ledger = open_account(store_url)
    old = [
        sample(now - timedelta(days=4) + timedelta(seconds=30 * number), 900.0 + number % 97)
        for number in range(1_000)
    ]
    young = [sample(now - timedelta(hours=1) + timedelta(seconds=number), 950.0) for number in range(50)]
    ledger.add_equity(old + young)
    gone = ledger.thin_equity(now)
    kept = ledger.equity()
    assert gone == 1_050 - len(kept) > 900
    assert kept[-50:] == young
    assert set(kept) <= set(old + young)
    assert min(kept[:-50], key=lambda one: one.equity).equity == 900.0
    assert max(kept[:-50], key=lambda one: one.equity).equity == 996.0
    assert ledger.thin_equity(now) == 0
    assert ledger.equity() == kept


@pytest.mark.parametrize("field", ["equity", "realised", "unrealised", "peak", "oldest_mark_seconds"])
def test_equity_when_a_figure_is_not_finite_then_refused_by_name_and_nothing_is_written(
    open_account: Open, field: str
) -> None:
    ledger = open_account()
    figures = {"equity": 1.0, "realised": 1.0, "unrealised": 0.0, "peak": 1.0, "oldest_mark_seconds": 0.0}
    bad = EquitySample(at=BEGIN, **{**figures, field: math.nan})
    with pytest.raises(RecordRefused, match=rf"equity sample of 2026-02-01.*: {field} must be finite"):
        ledger.add_equity([sample(BEGIN + timedelta(seconds=1), 1.0), bad])
    with pytest.raises(ValueError, match="at must be aware"):
        ledger.add_equity([sample(BEGIN.replace(tzinfo=None), 1.0)])
    with pytest.raises(ValueError, match="now must be aware"):
        ledger.thin_equity(BEGIN.replace(tzinfo=None))
    with pytest.raises(ValueError, match="since must be aware"):
        ledger.equity(since=BEGIN.replace(tzinfo=None))
    assert ledger.equity() == []


def test_equity_when_the_ledger_is_closed_then_unavailable(open_account: Open, now: datetime) -> None:
    ledger = open_account()
    ledger.close()
    calls: list[Callable[[], object]] = [
        lambda: ledger.add_equity([sample(BEGIN, 1.0)]),
        ledger.equity,
        lambda: ledger.thin_equity(now),
    ]
    for call in calls:
        with pytest.raises(LedgerUnavailable, match="it was closed"):
            call()
