"""A request and an account that the entry rules' tests change."""

from __future__ import annotations

from datetime import UTC, datetime

from freqtrade_riskkit.core.entry.request import AccountView, EntryKind, EntryRequest

NOW = datetime(2024, 8, 5, 12, 0, tzinfo=UTC)
REQUEST = EntryRequest("BTC/USDT", EntryKind.INITIAL, NOW)
ACCOUNT = AccountView(
    open_positions=0, pair_is_open=False, last_entry_at=None, held_capital=0.0, balance=1000.0
)
