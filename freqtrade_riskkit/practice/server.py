"""The practice exchange as a running server."""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import uvicorn
from fastapi import FastAPI

from freqtrade_riskkit.practice.api.app import practice_app
from freqtrade_riskkit.practice.book import BookShape
from freqtrade_riskkit.practice.candle_folder import CandleFolder
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.overlay import config_overlay
from freqtrade_riskkit.practice.sources import PriceSource, swaps_of, with_standard_pairs
from freqtrade_riskkit.practice.trading.filters import Rules

logger = logging.getLogger("freqtrade_riskkit.practice")

PRACTICE_HEADERS = [
    ("Server", "practice-exchange"),
    ("X-Practice-Exchange", "no real exchange, no real money"),
]
HIGHEST_PORT = 65535
START_SECONDS = 30.0
STOP_SECONDS = 30.0


class PracticeServer:
    """A practice exchange on a loopback address, served from a thread of this process.

    Use it as a context manager, or call `start` and `stop`. After `stop` neither thread nor port is left;
    `start` may then be called again and begins anew.

    Parameters
    ----------
    prices
        Where prices come from; by default the shipped candles at their own dates.
    port
        Port to listen on; 0 takes a free one.
    host
        An IPv4 loopback address or `localhost`; any other is refused.
    spread
        Distance from best bid to best ask as a fraction of the price, in [0, 1).
    max_algo_orders
        How many stop and target orders a pair may hold (MAX_NUM_ALGO_ORDERS), at least 1.

    Raises
    ------
    PracticeError
        Where host, port or spread can't be had, or the price source can't be read.
    """

    def __init__(
        self,
        prices: PriceSource | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        spread: float | Decimal = Decimal("0.0002"),
        max_algo_orders: int = 5,
    ) -> None:
        self._host = loopback_address(host)
        if not 0 <= port <= HIGHEST_PORT:
            raise PracticeError(f"port must be in 0 to {HIGHEST_PORT}, was {port}")
        if max_algo_orders < 1:
            raise PracticeError(f"max_algo_orders must be at least 1, was {max_algo_orders}")
        self._asked_port = port
        self._prices = prices if prices is not None else CandleFolder()
        self._shape = BookShape(spread=Decimal(str(spread)))
        self._max_algo_orders = max_algo_orders
        self._running: _Running | None = None

    def start(self) -> Self:
        """Take the port and serve; returns when requests are answered."""
        if self._running is not None:
            raise RuntimeError("the practice exchange runs already")
        listener = _listen(self._host, self._asked_port)
        try:
            feed = self._prices.open()
            pairs = with_standard_pairs(feed)
            spot = Market(feed.clock, pairs, self._shape)
            swaps = Market(feed.clock, swaps_of(pairs), self._shape)
            self._running = _Running(practice_app(spot, swaps, Rules(self._max_algo_orders)), spot, listener)
        except BaseException:
            listener.close()
            raise
        logger.info("Practice exchange (no real exchange) listens on %s", self.url)
        return self

    def stop(self) -> None:
        """Stop serving and free the port; does nothing where it isn't running."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether requests are being answered."""
        return self._running is not None and self._running.is_alive

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._started.port

    @property
    def url(self) -> str:
        """The address without a path, such as http://127.0.0.1:8087."""
        return f"http://{self._host}:{self.port}"

    @property
    def market(self) -> Market:
        """The spot market that is being served."""
        return self._started.market

    def overlay(self) -> dict[str, Any]:
        """Return the piece of Freqtrade config (its `exchange` section) that leads a bot here."""
        return config_overlay(self.url)

    @property
    def _started(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the practice exchange isn't running: call start() first")
        return self._running


class _Running:
    """A started server: its spot market, its thread, its port."""

    def __init__(self, app: FastAPI, market: Market, listener: socket.socket) -> None:
        self.market = market
        self.port: int = listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            headers=PRACTICE_HEADERS,
            timeout_graceful_shutdown=2,
        )
        self._listener = listener
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="practice-exchange", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            self._server.should_exit = True
            raise PracticeError(f"the practice exchange didn't start within {START_SECONDS:g} seconds")

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._listener.close()
        if self._thread.is_alive():
            raise RuntimeError(f"the practice exchange didn't stop within {STOP_SECONDS:g} seconds")


class _Server(uvicorn.Server):
    """A uvicorn server that says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


def loopback_address(host: str) -> str:
    """Return the IPv4 loopback address that `host` names; PracticeError where it names none."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise PracticeError(f"host must be a loopback address such as 127.0.0.1, was {host}")
    return str(address)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise PracticeError(f"can't listen on {host} port {port}: {reason}; choose another port") from error
    return listener
