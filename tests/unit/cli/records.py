"""A store as bots leave it, and a config that names it, for commands that read records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from freqtrade.persistence.key_value_store import _KeyValueStoreModel
from sqlalchemy import create_engine, text

from freqtrade_riskkit.cli.main import run
from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.core.records import Side, TradeRecord
from freqtrade_riskkit.host.account import FINGERPRINT_KEY
from freqtrade_riskkit.ledger import AccountFacts, facts_to_text, open_ledger
from freqtrade_riskkit.ledger.account_facts import STATE_NAME

URL = "sqlite:///riskkit.sqlite"
KEYS: Any = _KeyValueStoreModel.__table__
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
CONFIG: dict[str, Any] = {
    "dry_run": True,
    "dry_run_wallet": 1000,
    "max_open_trades": 3,
    "stake_currency": "USDT",
    "stake_amount": "unlimited",
    "entry_pricing": {},
    "exit_pricing": {},
    "exchange": {"name": "binance", "pair_whitelist": ["BTC/USDT"]},
    "pairlists": [{"method": "StaticPairList"}],
}
SECTION: Mapping[str, Any] = {"account_id": "main", "circuit_breaker": {}}


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


# Friday 30 January to Monday 2 February.
CLOSES = [
    (100.0, at(1, 30, 23, 59)),
    (-50.0, at(1, 31)),
    (0.0, at(1, 31, 1)),
    (-30.0, at(1, 31, 23)),
    (60.0, at(2, 1)),
    (-108.0, at(2, 2)),
]


def write_config(folder: Path, account: str = "main", **changes: Any) -> Path:
    """A Freqtrade config whose riskkit section names the account."""
    (folder / "user_data").mkdir(exist_ok=True)
    file = folder / "config.json"
    content = {**CONFIG, "riskkit": {"account_id": account}, **changes}
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def closed(trade_id: int, net_pnl: float, exit_at: datetime, account: str = "main") -> TradeRecord:
    """A trade of half an hour, with a fee of 0.5."""
    return TradeRecord(
        account_id=account,
        trade_id=trade_id,
        pair="BTC/USDT",
        side=Side.LONG,
        entry_rate=100.0,
        exit_rate=100.0 + net_pnl,
        amount=1.0,
        stake=100.0,
        gross_pnl=net_pnl + 0.5,
        pnl_ratio=net_pnl / 100,
        fees=0.5,
        net_pnl=net_pnl,
        entry_at=exit_at - timedelta(minutes=30),
        exit_at=exit_at,
        enter_tag=None,
        exit_reason="roi",
        leverage=1.0,
        fills=2,
        realised_slippage=None,
    )


def leave_records(
    folder: Path,
    closes: Sequence[tuple[float, datetime]],
    *,
    account: str = "main",
    fingerprint: str | None = None,
    balance: float | None = 1000.0,
    currency: str = "USDT",
    samples: Iterable[EquitySample] = (),
    flows: Iterable[CashFlow] = (),
    opened_at: datetime = BEGAN,
) -> None:
    """Leave what a bot leaves that began with this balance and closed trades of these profits."""
    ledger = open_ledger(URL, folder / "user_data", account, fingerprint or account[:50], opened_at)
    if balance is not None:
        ledger.save_state(STATE_NAME, facts_to_text(AccountFacts(balance, currency, BEGAN)), opened_at)
    records = [closed(number, pnl, at, account) for number, (pnl, at) in enumerate(closes, start=1)]
    ledger.put_trades(records, opened_at)
    ledger.add_equity(samples)
    ledger.add_cash_flows(flows)
    ledger.close()


def exit_code(*arguments: str | Path) -> int:
    """Run the command in this process, and give its exit code."""
    with pytest.raises(SystemExit) as ended:
        run([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def leave_mark(folder: Path, fingerprint: str | None, name: str = "tradesv3.dryrun.sqlite") -> Path:
    """Leave a Freqtrade database, by default where a dry-run has it; without a mark the kit never saw it."""
    file = folder / name
    file.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA journal_mode = WAL"))
        KEYS.create(connection)
        if fingerprint is not None:
            row = {"key": FINGERPRINT_KEY, "value_type": "str", "string_value": fingerprint}
            connection.execute(KEYS.insert().values(row))
    engine.dispose()
    return file
