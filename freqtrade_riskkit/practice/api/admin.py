"""The practice exchange's own addresses, /practice: watching it and doing things to it. Binance has none."""

from __future__ import annotations

import hmac
import json

from fastapi import APIRouter, Depends, HTTPException, Request, status

from freqtrade_riskkit.practice.actions import parse_action
from freqtrade_riskkit.practice.api import trade_answers
from freqtrade_riskkit.practice.api.answers import Json, number
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.exchange import PracticeExchange

TOKEN_HEADER = "X-Practice-Token"  # noqa: S105  its name, not a token
LOCAL_NAMES = frozenset({"localhost"})


def admin_routes(exchange: PracticeExchange) -> APIRouter:
    """Return the admin routes. Each asks for the token, and answers requests to loopback only."""

    def let_in(request: Request) -> None:
        name = request.url.hostname or ""
        if not (name in LOCAL_NAMES or name.startswith("127.")):
            raise HTTPException(status.HTTP_403_FORBIDDEN, "the admin addresses answer on loopback only")
        token = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(token.encode(), exchange.admin_token().encode()):
            raise HTTPException(status.HTTP_401_UNAUTHORIZED, f"{TOKEN_HEADER} is missing or wrong")

    router = APIRouter(prefix="/practice", dependencies=[Depends(let_in)])

    @router.get("/status")
    async def state() -> Json:
        clock = exchange.market.clock
        return {
            "practice": True,
            "now_ms": clock.now_ms(),
            "speed": clock.speed,
            "accounts": list(exchange.account_names),
            "faults": [
                {**on.fault.model_dump(mode="json"), "left": on.left, "until_ms": on.until_ms}
                for on in exchange.faults.switched_on()
            ],
        }

    @router.get("/accounts/{name}")
    async def account(name: str) -> Json:
        with exchange.session() as floor:
            if name not in floor.accounts:
                raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no account {name!r}")
            found = floor.accounts[name]
            return {
                "name": name,
                "balances": {
                    asset: {"free": number(balance.free), "locked": number(balance.locked)}
                    for asset, balance in sorted(found.balances.items())
                },
                "orders": [trade_answers.order_state(order) for order in found.orders.values()],
                "trades": [trade_answers.trade(fill) for fill in found.fills],
            }

    @router.post("/do")
    async def do(request: Request) -> Json:
        try:
            words = json.loads(await request.body())
            exchange.perform(parse_action(words))
        except (ValueError, PracticeError) as error:
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)) from error
        return {"done": True}

    @router.delete("/faults")
    async def clear() -> Json:
        exchange.faults.clear()
        return {"done": True}

    return router
