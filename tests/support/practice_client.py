"""Signing requests to a practice exchange by hand, without ccxt."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from freqtrade_riskkit.practice import PracticeServer

TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and the body, as JSON where it is JSON."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> tuple[int, int, str]:
        """Status, code and text of an error."""
        return self.status, self.body["code"], self.body["msg"]


class AccountClient:
    """Asks for one account of a running exchange.

    Parameters
    ----------
    server
        The exchange.
    account
        Whose key is used; None for the first account's.
    """

    def __init__(self, server: PracticeServer, account: str | None = None) -> None:
        exchange = server.overlay(account)["exchange"]
        self.server = server
        self.key: str = exchange["key"]
        self.secret: str = exchange["secret"]

    def get(self, path: str, **parameters: object) -> Reply:
        """Ask for something."""
        return self.signed("GET", path, **parameters)

    def post(self, path: str, **parameters: object) -> Reply:
        """Order something."""
        return self.signed("POST", path, **parameters)

    def delete(self, path: str, **parameters: object) -> Reply:
        """Cancel something."""
        return self.signed("DELETE", path, **parameters)

    def signed(self, method: str, path: str, **parameters: object) -> Reply:
        """Send a request with the present time and a right signature, unless they are given."""
        parameters.setdefault("timestamp", self.server.exchange.now_ms())
        query = urlencode(parameters)
        if "signature" not in parameters:
            signature = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
            query += f"&signature={signature}"
        return self.send(method, path, query, {"X-MBX-APIKEY": self.key})

    def send(
        self, method: str, path: str, query: str = "", headers: dict[str, str] | None = None, body: Any = None
    ) -> Reply:
        """Send a request as it is; what a POST says goes into its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=TIMEOUT_SECONDS)
        url = f"{path}?{query}" if query and method != "POST" else path
        content = query if method == "POST" and body is None else body
        try:
            connection.request(method, url, content, headers or {})
            response = connection.getresponse()
            text = response.read().decode()
            is_json = response.headers.get_content_type() == "application/json"
            return Reply(response.status, json.loads(text) if is_json else text, dict(response.headers))
        finally:
            connection.close()

    def do(self, **words: object) -> Reply:
        """Do something to the exchange by its admin address."""
        token = {"X-Practice-Token": self.server.exchange.admin_token()}
        return self.send("POST", "/practice/do", headers=token, body=json.dumps(words))

    def order(self, side: object = "BUY", type: object = "MARKET", **terms: object) -> Reply:
        """Place an order in BTCUSDT."""
        return self.post("/api/v3/order", symbol="BTCUSDT", side=side, type=type, **terms)

    def held(self, asset: str) -> tuple[str, str]:
        """Give free and locked of an asset."""
        rows = self.get("/api/v3/account", omitZeroBalances="true").body["balances"]
        return next(((r["free"], r["locked"]) for r in rows if r["asset"] == asset), ("0", "0"))
