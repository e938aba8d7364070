"""Between the connection and the exchange: lets due events happen, and faults strike."""

from __future__ import annotations

import asyncio
import json
import logging
from http import HTTPStatus
from urllib.parse import parse_qs

from freqtrade_riskkit.practice.actions import AnswerStatus, Delay, Down, Drop, LoseResponse, Reject
from freqtrade_riskkit.practice.asgi import ASGIApp, Message, Receive, Scope, Send
from freqtrade_riskkit.practice.connections import Connections
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.fault_board import groups_of

logger = logging.getLogger("freqtrade_riskkit.practice")

ADMIN_ROOT = "/practice/"
TOO_MANY = {
    418: "Way too much request weight used; IP banned. "
    "Please use WebSocket Streams for live updates to avoid bans.",
    429: "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API.",
}
OVERLOADED = "Internal error; unable to process your request. Please try again."
_FAILURE_PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body><center><h1>{0}</h1></center></body>\r\n</html>\r\n"
)


class FaultyWire:
    """An ASGI application around another one. The admin addresses never see a fault.

    Parameters
    ----------
    app
        What answers where no fault strikes.
    exchange
        Whose faults and events they are.
    connections
        Where a request's connection can be broken.
    """

    def __init__(self, app: ASGIApp, exchange: PracticeExchange, connections: Connections) -> None:
        self._app = app
        self._exchange = exchange
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._exchange.catch_up()
        if scope["path"].startswith(ADMIN_ROOT):
            await self._app(scope, receive, send)
            return
        await self._strike(scope, receive, send)

    async def _strike(self, scope: Scope, receive: Receive, send: Send) -> None:
        faults = self._exchange.faults
        groups = groups_of(scope["method"], scope["path"])
        account = self._exchange.owner(_key(scope))
        whose = (account, groups, _symbol(scope))
        if faults.strike(Down, account) or faults.strike(Drop, *whose):
            self._break_off(scope)
            return
        delay = faults.strike(Delay, *whose)
        if delay is not None:
            await asyncio.sleep(delay.by_seconds)
            self._exchange.catch_up()
        status = faults.strike(AnswerStatus, *whose)
        if status is not None:
            await _answer_status(send, status)
            return
        reject = faults.strike(Reject, *whose)
        if reject is not None:
            await _answer_error(send, HTTPStatus.BAD_REQUEST, reject.code, reject.message)
            return
        lose = faults.strike(LoseResponse, *whose)
        if lose is None:
            await self._app(scope, receive, send)
            return
        answer = _Kept()
        await self._app(scope, receive, answer.keep)
        if answer.is_refusal:
            faults.give_back(lose)
            await answer.send_on(send)
        else:
            self._break_off(scope)

    def _break_off(self, scope: Scope) -> None:
        logger.info("Breaking the connection of %s %s", scope["method"], scope["path"])
        self._connections.break_off(scope["client"])


def _key(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-mbx-apikey":
            return str(value.decode("latin-1"))
    return ""


def _symbol(scope: Scope) -> str | None:
    """Return the symbol in a request's address; None where it has none."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("symbol", [None])[0]


async def _answer_status(send: Send, fault: AnswerStatus) -> None:
    """Answer as Binance does: words for too many requests and for 503, else its web server's page."""
    status = fault.status
    if status in TOO_MANY:
        wait = (b"retry-after", str(round(fault.retry_after_seconds)).encode())
        await _answer_error(send, status, -1003, TOO_MANY[status], wait)
    elif status == HTTPStatus.SERVICE_UNAVAILABLE:
        await _answer_error(send, status, -1001, OVERLOADED)
    else:
        words = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        page = _FAILURE_PAGE.format(f"{status} {words}".strip())
        await _answer(send, status, page.encode(), (b"content-type", b"text/html"))


async def _answer_error(
    send: Send, status: int, code: int, message: str, *headers: tuple[bytes, bytes]
) -> None:
    body = json.dumps({"code": code, "msg": message}).encode()
    await _answer(send, status, body, (b"content-type", b"application/json"), *headers)


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


class _Kept:
    """An answer that is kept back."""

    def __init__(self) -> None:
        self._messages: list[Message] = []

    async def keep(self, message: Message) -> None:
        self._messages.append(message)

    @property
    def is_refusal(self) -> bool:
        """Whether the request was refused, so that nothing has happened."""
        return any(message.get("status", 0) >= HTTPStatus.BAD_REQUEST for message in self._messages)

    async def send_on(self, send: Send) -> None:
        for message in self._messages:
            await send(message)
