"""A running practice exchange, and asking it over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

from freqtrade_riskkit.practice import PracticeServer, PriceSource

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, the body (JSON where it is JSON), and the headers."""

    status: int
    body: Any
    headers: dict[str, str]


class Client:
    """Asks one exchange."""

    def __init__(self, server: PracticeServer) -> None:
        self.server = server

    def get(self, path: str, **parameters: object) -> Answer:
        """Ask with these parameters; error answers are answers too."""
        return self.ask("GET", path, **parameters)

    def ask(self, method: str, path: str, **parameters: object) -> Answer:
        """Ask by any method."""
        url = f"{self.server.url}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as response:
                return _answer(response.status, response)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error)

    def klines(self, symbol: str, interval: str, **parameters: object) -> list[list[Any]]:
        """Ask for candles, which have to come."""
        answer = self.get("/api/v3/klines", symbol=symbol, interval=interval, **parameters)
        assert answer.status == 200, answer.body
        rows: list[list[Any]] = answer.body
        return rows


def _answer(status: int, response: Any) -> Answer:
    text = response.read().decode()
    is_json = response.headers.get_content_type() == "application/json"
    return Answer(status, json.loads(text) if is_json else text, dict(response.headers))


@pytest.fixture
def exchange() -> Iterator[Callable[..., Client]]:
    """Start an exchange over a price source; all are stopped after the test."""
    servers: list[PracticeServer] = []

    def start(prices: PriceSource | None = None, **options: Any) -> Client:
        server = PracticeServer(prices, **options)
        servers.append(server.start())
        return Client(server)

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def candle_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a candle file of (open, high, low, close, volume) rows into a folder; returns its path."""

    def write(
        rows: list[tuple[float, ...]],
        name: str = "BTC_USDT-1h.feather",
        start: str = "2024-01-01",
        dates: list[str] | None = None,
    ) -> Path:
        folder = tmp_path / "candles"
        folder.mkdir(exist_ok=True)
        frame = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"], dtype="float64")
        freq = name.rpartition("-")[2].removesuffix(".feather").replace("m", "min")
        moments = (
            pd.to_datetime(dates, utc=True)
            if dates
            else pd.date_range(start, periods=len(rows), freq=freq, tz="UTC")
        )
        frame.insert(0, "date", moments.as_unit("ms"))
        frame.to_feather(folder / name)
        return folder / name

    return write
