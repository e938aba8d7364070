"""Orders, trades and accounts, written as Binance writes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from freqtrade_riskkit.practice.api.answers import Json, number
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.records import ALGO, Fill, Order, OrderList, Status

PREVENTION = "EXPIRE_MAKER"
BASIS_POINTS = 10_000


def order_state(order: Order) -> Json:
    """Return an order as queries have it."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "price": number(order.price),
        "origQty": number(order.amount),
        "executedQty": number(order.filled),
        "cummulativeQuoteQty": number(order.filled_value),
        "status": str(order.status),
        "timeInForce": str(order.time_in_force),
        "type": str(order.type),
        "side": str(order.side),
        "stopPrice": number(order.stop_price),
        "icebergQty": number(Decimal(0)),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": order.working_ms >= 0,
        "workingTime": order.working_ms,
        "origQuoteOrderQty": number(order.quote_amount),
        "selfTradePreventionMode": PREVENTION,
    }


def acknowledgement(order: Order) -> Json:
    """Return the shortest answer to a new order."""
    return {
        "symbol": order.symbol,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "transactTime": order.updated_ms,
    }


def result(order: Order) -> Json:
    """Return the answer to a new order without its trades."""
    return {
        **acknowledgement(order),
        "price": number(order.price),
        "origQty": number(order.amount),
        "executedQty": number(order.filled),
        "origQuoteOrderQty": number(order.quote_amount),
        "cummulativeQuoteQty": number(order.filled_value),
        "status": str(order.status),
        "timeInForce": str(order.time_in_force),
        "type": str(order.type),
        "side": str(order.side),
        **_stop_price(order),
        "workingTime": order.working_ms,
        "selfTradePreventionMode": PREVENTION,
    }


def full_result(order: Order, fills: Iterable[Fill]) -> Json:
    """Return the answer to a new order with its trades."""
    return {
        **result(order),
        "fills": [
            {
                "price": number(fill.price),
                "qty": number(fill.amount),
                "commission": number(fill.fee),
                "commissionAsset": fill.fee_asset,
                "tradeId": fill.trade_id,
            }
            for fill in fills
        ],
    }


def cancelled(order: Order, client_id: str) -> Json:
    """Return the answer to a cancel; `client_id` is the client's name for the cancel."""
    return {
        "symbol": order.symbol,
        "origClientOrderId": order.client_id,
        "orderId": order.order_id,
        "orderListId": order.list_id,
        "clientOrderId": client_id,
        "transactTime": order.updated_ms,
        "price": number(order.price),
        "origQty": number(order.amount),
        "executedQty": number(order.filled),
        "origQuoteOrderQty": number(order.quote_amount),
        "cummulativeQuoteQty": number(order.filled_value),
        "status": str(Status.CANCELED),
        "timeInForce": str(order.time_in_force),
        "type": str(order.type),
        "side": str(order.side),
        **_stop_price(order),
        "selfTradePreventionMode": PREVENTION,
    }


def trade(fill: Fill) -> Json:
    """Return a trade of myTrades."""
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": fill.list_id,
        "price": number(fill.price),
        "qty": number(fill.amount),
        "quoteQty": number(fill.value),
        "commission": number(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.at_ms,
        "isBuyer": fill.is_buyer,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


def list_state(order_list: OrderList, account: Account) -> Json:
    """Return an order list as queries have it."""
    legs = [account.orders[number] for number in (order_list.first_id, order_list.second_id)]
    return {
        "orderListId": order_list.list_id,
        "contingencyType": "OCO",
        "listStatusType": "ALL_DONE" if order_list.is_done else "EXEC_STARTED",
        "listOrderStatus": "ALL_DONE" if order_list.is_done else "EXECUTING",
        "listClientOrderId": order_list.client_id,
        "transactionTime": order_list.at_ms,
        "symbol": order_list.symbol,
        "orders": [
            {"symbol": leg.symbol, "orderId": leg.order_id, "clientOrderId": leg.client_id} for leg in legs
        ],
    }


def balances(account: Account, listed_assets: Iterable[str], omit_zero: bool) -> Json:
    """Return the answer to account."""
    maker, taker = (int(rate * BASIS_POINTS) for rate in (account.fees.maker, account.fees.taker))
    assets = sorted({*account.balances, *listed_assets})
    held = [(asset, account.free(asset), account.held(asset)) for asset in assets]
    return {
        "makerCommission": maker,
        "takerCommission": taker,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": _rates(account),
        "canTrade": True,
        "canWithdraw": True,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": account.updated_ms,
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": number(free), "locked": number(locked)}
            for asset, free, locked in held
            if free or locked or not omit_zero
        ],
        "permissions": ["SPOT"],
        "uid": account.number,
    }


def commission(account: Account, symbol: str) -> Json:
    """Return the answer to account/commission."""
    none = {name: number(Decimal(0)) for name in ("maker", "taker", "buyer", "seller")}
    return {
        "symbol": symbol,
        "standardCommission": _rates(account),
        "taxCommission": none,
        "discount": {
            "enabledForAccount": account.fees.in_bnb,
            "enabledForSymbol": True,
            "discountAsset": "BNB",
            "discount": "0.75000000",
        },
    }


def _rates(account: Account) -> Json:
    zero = number(Decimal(0))
    return {
        "maker": number(account.fees.maker),
        "taker": number(account.fees.taker),
        "buyer": zero,
        "seller": zero,
    }


def _stop_price(order: Order) -> Json:
    return {"stopPrice": number(order.stop_price)} if order.type in ALGO else {}
