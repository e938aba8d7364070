"""What a bot sees of the other generations of its account: whether their bots still record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.ledger import AccountLedger, LastSign
from tests.unit.ledger.records import trade

Open = Callable[..., AccountLedger]


def test_signs_when_others_record_then_the_newest_of_each_and_nothing_of_other_accounts(
    store_url: str, open_account: Open, now: datetime
) -> None:
    own, sampled, saved, silent, foreign = (
        open_account(store_url, account, fingerprint)
        for account, fingerprint in [
            ("main", "f1"),
            ("main", "f2"),
            ("main", "f3"),
            ("main", "f4"),
            ("b", "f2"),
        ]
    )
    for ledger in (own, sampled, foreign):
        ledger.add_equity([sample(now - timedelta(minutes=5)), sample(now)])
    for ledger in (own, sampled, foreign):
        ledger.save_state("breaker", "{}", now - timedelta(seconds=1))
    saved.add_equity([sample(now)])
    saved.save_state("breaker", "{}", now + timedelta(hours=1))
    assert own.signs_of_others("breaker") == [
        LastSign(sampled.generation, now),
        LastSign(saved.generation, now + timedelta(hours=1)),
        LastSign(silent.generation, None),
    ]
    assert foreign.signs_of_others("breaker") == []


def test_signs_when_only_an_import_wrote_or_the_account_was_opened_again_then_none(
    store_url: str, open_account: Open, now: datetime
) -> None:
    own = open_account(store_url, fingerprint="f1")
    other = open_account(store_url, fingerprint="f2")
    other.put_trades([trade(1)], now)
    other.save_state("facts", "{}", now)
    open_account(store_url, fingerprint="f2", now=now + timedelta(hours=1))
    assert own.signs_of_others("breaker") == [LastSign(other.generation, None)]


def sample(at: datetime) -> EquitySample:
    return EquitySample(at, 1000.0, 1000.0, 0.0, 1000.0, None)
