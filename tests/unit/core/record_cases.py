"""Records that tests of the core make up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from freqtrade_riskkit.core.order_states import OrderState
from freqtrade_riskkit.core.records import OrderRecord, OrderType, Purpose, Side, TradeRecord

START = datetime(2024, 8, 5, tzinfo=UTC)

TRADE = TradeRecord(
    account_id="main",
    trade_id=1,
    pair="BTC/USDT",
    side=Side.LONG,
    entry_rate=100.0,
    exit_rate=110.0,
    amount=1.0,
    stake=100.0,
    gross_pnl=10.21,
    pnl_ratio=0.0999,
    fees=0.21,
    net_pnl=10.0,
    entry_at=START,
    exit_at=START + timedelta(hours=1),
    enter_tag=None,
    exit_reason="roi",
    leverage=1.0,
    fills=2,
    realised_slippage=0.0,
)
ORDER = OrderRecord(
    account_id="main",
    order_id="1",
    trade_id=1,
    pair="BTC/USDT",
    side="buy",
    purpose=Purpose.ENTRY,
    type=OrderType.LIMIT,
    price=100.0,
    trigger_price=None,
    amount=1.0,
    filled=0.0,
    remaining=1.0,
    average=None,
    value=100.0,
    state=OrderState.OPEN,
    placed_at=START,
    updated_at=START,
    finished_at=None,
    reserved_capital=100.0,
)


def trade(number: int, net_pnl: float, *, account_id: str = "main", fees: float = 0.0) -> TradeRecord:
    """Make the record of a trade that closed `number` hours after the start."""
    return TRADE._replace(
        account_id=account_id,
        trade_id=number,
        net_pnl=net_pnl,
        fees=fees,
        gross_pnl=net_pnl + fees,
        exit_at=START + timedelta(hours=number),
    )
