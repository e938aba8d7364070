"""The practice exchange as a running server."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from freqtrade_riskkit.practice.accounts import STANDARD_ACCOUNTS, AccountSpec, checked_accounts
from freqtrade_riskkit.practice.api.app import practice_app
from freqtrade_riskkit.practice.book import BookShape
from freqtrade_riskkit.practice.candle_folder import CandleFolder
from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.connections import Connections
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.exchange import Event, PracticeExchange
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.moved import MovedPath
from freqtrade_riskkit.practice.overlay import config_overlay
from freqtrade_riskkit.practice.serving import Serving
from freqtrade_riskkit.practice.sources import (
    ClockedPrices,
    PriceFeed,
    PriceSource,
    movable,
    swaps_of,
    with_standard_pairs,
)
from freqtrade_riskkit.practice.state.store import Store
from freqtrade_riskkit.practice.trading.filters import Rules

logger = logging.getLogger("freqtrade_riskkit.practice")

HIGHEST_PORT = 65535
HIGHEST_SPEED = 1000.0


class PracticeServer:
    """A practice exchange on a loopback address, served from a thread of this process.

    Use it as a context manager, or call `start` and `stop`. After `stop` neither thread nor port is left;
    `start` may then be called again, and begins anew unless the state is kept in a file.

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
    accounts
        The accounts that it begins with, at least one.
    state
        A SQLite file that keeps accounts, orders, keys and the course of time; where it holds them already,
        the exchange goes on with them. None keeps them in memory.
    resume
        False: of a state that is there already only the keys count, and the exchange begins anew.
    speed
        Exchange seconds per second, in (0, 1000]. A bot needs a clock of the same speed.
    events
        What happens by itself, in order of time.

    Raises
    ------
    PracticeError
        Where something can't be had, or the price source or the state can't be read.
    """

    def __init__(
        self,
        prices: PriceSource | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        spread: float | Decimal = Decimal("0.0002"),
        max_algo_orders: int = 5,
        *,
        accounts: Sequence[AccountSpec] = STANDARD_ACCOUNTS,
        state: Path | None = None,
        resume: bool = True,
        speed: float = 1.0,
        events: Sequence[Event] = (),
    ) -> None:
        self._host = loopback_address(host)
        if not 0 <= port <= HIGHEST_PORT:
            raise PracticeError(f"port must be in 0 to {HIGHEST_PORT}, was {port}")
        if max_algo_orders < 1:
            raise PracticeError(f"max_algo_orders must be at least 1, was {max_algo_orders}")
        if not 0 < speed <= HIGHEST_SPEED:
            raise PracticeError(f"speed must be in (0, {HIGHEST_SPEED:g}], was {speed}")
        self._asked_port = port
        self._prices = prices if prices is not None else CandleFolder()
        self._shape = BookShape(spread=Decimal(str(spread)))
        self._rules = Rules(max_algo_orders)
        self._accounts = checked_accounts(tuple(accounts))
        self._state = state
        self._resume = resume
        self._speed = speed
        self._events = tuple(events)
        self._running: _Running | None = None

    def start(self) -> Self:
        """Take the port and serve; returns when requests are answered."""
        if self._running is not None:
            raise RuntimeError("the practice exchange runs already")
        listener = _listen(self._host, self._asked_port)
        store: Store | None = None
        try:
            store = Store(self._state)
            store.take_hold()
            if not self._resume:
                store.begin_anew()
            exchange, swaps = self._exchange(store)
            connections = Connections()
            serving = Serving(practice_app(exchange, swaps, connections), connections, listener)
            self._running = _Running(exchange, store, serving, listener.getsockname()[1])
        except BaseException:
            if store is not None:
                store.close()
            listener.close()
            raise
        logger.info("Practice exchange (no real exchange) listens on %s", self.url)
        return self

    def stop(self) -> None:
        """Stop serving and free the port; does nothing where it isn't running."""
        running, self._running = self._running, None
        if running is not None:
            running.serving.stop()
            running.store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether requests are being answered."""
        return self._running is not None and self._running.serving.is_alive

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self._started.port

    @property
    def url(self) -> str:
        """The address without a path, such as http://127.0.0.1:8087."""
        return f"http://{self._host}:{self.port}"

    @property
    def exchange(self) -> PracticeExchange:
        """What is being served: its accounts, and what can be done to them."""
        return self._started.exchange

    @property
    def market(self) -> Market:
        """The spot market that is being served."""
        return self._started.exchange.market

    def overlay(self, account: str | None = None) -> dict[str, Any]:
        """Return the piece of Freqtrade config that leads a bot here, and names it as one that practises.

        Parameters
        ----------
        account
            Whose key and secret are in it; None for the first account's.
        """
        exchange = self._started.exchange
        name = exchange.account_names[0] if account is None else account
        if name not in exchange.account_names:
            raise PracticeError(
                f"there is no account {name!r}; there are {', '.join(exchange.account_names)}"
            )
        return config_overlay(self.url, exchange.credentials(name), self._speed, name)

    def _exchange(self, store: Store) -> tuple[PracticeExchange, Market]:
        feed = self._feed(store)
        pairs = movable(with_standard_pairs(feed))
        spot = Market(feed.clock, pairs, self._shape)
        swaps = Market(feed.clock, swaps_of(pairs), self._shape)
        paths = {prices.listing.symbol: prices.path for prices in pairs if isinstance(prices.path, MovedPath)}
        exchange = PracticeExchange(spot, paths, store, self._accounts, self._rules, self._events)
        return exchange, swaps

    def _feed(self, store: Store) -> PriceFeed:
        """Open the prices at the time of the first start, whenever that was."""
        if not isinstance(self._prices, ClockedPrices):
            if self._speed != 1:
                raise PracticeError(
                    f"these prices have a clock of their own: speed must be 1, was {self._speed}"
                )
            return self._prices.open()
        run = store.run()
        if run is None:
            return self._prices.open_by(PracticeClock(speed=self._speed))
        return self._prices.open_by(
            PracticeClock(run.exchange_ms, float(run.speed), machine_start_ms=run.machine_ms)
        )

    @property
    def _started(self) -> _Running:
        if self._running is None:
            raise RuntimeError("the practice exchange isn't running: call start() first")
        return self._running


@dataclass(frozen=True, slots=True)
class _Running:
    """A started server."""

    exchange: PracticeExchange
    store: Store
    serving: Serving
    port: int


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
