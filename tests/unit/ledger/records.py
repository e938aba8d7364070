"""Records to put into a store: plain ones by number, and ones as odd as Freqtrade may hand over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.records import OrderRecord, OrderType, Purpose, Side, TradeRecord

BEGIN = datetime(2026, 2, 1, tzinfo=UTC)


def trade(trade_id: int = 1, account_id: str = "main", **fields: Any) -> TradeRecord:
    """A trade of one hour that closes `trade_id` hours after the begin."""
    values: dict[str, Any] = {
        "pair": "BTC/USDT",
        "side": Side.LONG,
        "entry_rate": 60_000.1,
        "exit_rate": 60_300.3,
        "amount": 0.1,
        "stake": 6_000.01,
        "gross_pnl": 1.5,
        "pnl_ratio": 0.01,
        "fees": 0.5,
        "net_pnl": 1.0,
        "entry_at": BEGIN + timedelta(hours=trade_id - 1),
        "exit_at": BEGIN + timedelta(hours=trade_id),
        "enter_tag": "dip",
        "exit_reason": "roi",
        "leverage": 1.0,
        "fills": 2,
        "realised_slippage": None,
    }
    return TradeRecord(account_id=account_id, trade_id=trade_id, **{**values, **fields})


def order(order_id: str = "o1", account_id: str = "main", **fields: Any) -> OrderRecord:
    """An open limit entry."""
    values: dict[str, Any] = {
        "trade_id": 1,
        "pair": "BTC/USDT",
        "side": "buy",
        "purpose": Purpose.ENTRY,
        "type": OrderType.LIMIT,
        "price": 60_000.1,
        "trigger_price": None,
        "amount": 0.1,
        "filled": 0.0,
        "remaining": 0.1,
        "average": None,
        "value": 6_000.01,
        "state": OrderState.OPEN,
        "placed_at": BEGIN,
        "updated_at": BEGIN,
        "finished_at": None,
        "reserved_capital": 6_000.01,
    }
    return OrderRecord(account_id=account_id, order_id=order_id, **{**values, **fields})


def sample(at: datetime, equity: float, peak: float = 1_000.0) -> EquitySample:
    """A sample without open positions."""
    return EquitySample(at, equity, equity, 0.0, peak, None)


numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.one_of(st.text(max_size=12), st.sampled_from(["", "a\0b", "\ud800x", "\\x00", "'; --", "ü"]))
moments = st.datetimes(
    min_value=datetime(2009, 1, 3),  # noqa: DTZ001 - hypothesis adds the time zone itself
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def odd_trades(account_id: str = "main", largest_id: int = 2**63 - 1) -> st.SearchStrategy[TradeRecord]:
    """Trades with any number, any text and any moment that a record may have."""
    return st.builds(
        TradeRecord,
        account_id=st.just(account_id),
        trade_id=st.integers(0, largest_id),
        pair=texts,
        side=st.sampled_from(Side),
        entry_rate=numbers,
        exit_rate=numbers,
        amount=numbers,
        stake=numbers,
        gross_pnl=numbers,
        pnl_ratio=numbers,
        fees=numbers,
        net_pnl=numbers,
        entry_at=moments,
        exit_at=moments,
        enter_tag=st.none() | texts,
        exit_reason=st.none() | texts,
        leverage=numbers,
        fills=st.integers(0, 1_000),
        realised_slippage=st.none() | numbers,
    )
