"""What other people do on an account: orders, cancels, deposits, withdrawals."""

from __future__ import annotations

from freqtrade_riskkit.practice.actions import CancelOrders, Deed, Deposit, ForeignOrder
from freqtrade_riskkit.practice.moves import symbol_of
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.floor import TradingFloor
from freqtrade_riskkit.practice.trading.records import OrderRequest, OrderType, TimeInForce, Transfer
from freqtrade_riskkit.practice.trading.refusal import no_such_order

WITH_TIME_IN_FORCE = frozenset({OrderType.LIMIT, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT})


def do_deed(floor: TradingFloor, deed: Deed) -> None:
    """Act on an account at the settled moment; account, pair and currency have been looked at.

    Raises
    ------
    Refusal
        Where the exchange refuses it as it would refuse the account's owner.
    """
    account = floor.accounts[deed.account]
    if isinstance(deed, ForeignOrder):
        floor.place(account, _request(floor, deed))
    elif isinstance(deed, CancelOrders):
        _cancel(floor, account, deed)
    else:
        amount = deed.amount if isinstance(deed, Deposit) else -deed.amount
        number = floor.numbers.next_transfer()
        transfer = Transfer(number, account.name, deed.asset, amount, floor.settled_ms)
        account.transfer(transfer, is_listed=deed.listed)


def _request(floor: TradingFloor, deed: ForeignOrder) -> OrderRequest:
    in_force = deed.time_in_force
    if in_force is None and deed.type in WITH_TIME_IN_FORCE:
        in_force = TimeInForce.GTC
    return OrderRequest(
        symbol=symbol_of(deed.pair, floor.market.listings),
        side=deed.side,
        type=deed.type,
        amount=deed.amount,
        price=deed.price,
        stop_price=deed.stop_price,
        time_in_force=in_force,
        client_id=deed.client_id or f"foreign{floor.numbers.order + 1}",
    )


def _cancel(floor: TradingFloor, account: Account, deed: CancelOrders) -> None:
    symbol = None if deed.pair is None else symbol_of(deed.pair, floor.market.listings)
    orders = [order for order in account.open_orders(symbol) if deed.order_id in (None, order.order_id)]
    if not orders and deed.order_id is not None:
        raise no_such_order()
    for order in orders:
        if order.is_open:
            floor.cancel(account, order)
