"""A stand-in for Freqtrade's exchange, and a clock that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from freqtrade_riskkit.host.read_budget import ReadBudget
from freqtrade_riskkit.host.ticker_feed import TickerFeed
from tests.unit.host.freqtrade_cases import START


@dataclass
class Clock:
    """Gives the moment that it stands at."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now


@dataclass
class Api:
    """What ccxt answers about the time: the bot's, `off_seconds` ahead, after `takes_seconds`."""

    clock: Clock
    off_seconds: float = 0.0
    takes_seconds: float = 0.0
    error: Exception | None = None
    asked: int = 0

    def fetch_time(self) -> int:
        """Answer in milliseconds, with the time in the middle of the request."""
        self.asked += 1
        if self.error is not None:
            raise self.error
        self.clock.after(self.takes_seconds / 2)
        answer = (self.clock.now.timestamp() + self.off_seconds) * 1000
        self.clock.after(self.takes_seconds / 2)
        return round(answer)


@dataclass
class Exchange:
    """Answers as it is told to; notes what it was asked for."""

    clock: Clock = field(default_factory=Clock)
    last: dict[str, float] = field(default_factory=lambda: {"BTC/USDT": 100.0, "ETH/USDT": 50.0})
    offers: set[str] = field(default_factory=lambda: {"fetchTicker", "fetchTime"})
    balances: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Exception] = field(default_factory=dict)
    frozen: bool = False
    """Answers come with a fresh time, and what they say of the market stands still."""
    takes_seconds: float = 0.0
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._api = Api(self.clock)
        self._moved_at = self.clock.now
        self._config = {"stake_currency": "USDT"}
        self.budget = ReadBudget(self.clock)

    @property
    def api(self) -> Api:
        """The part that Freqtrade keeps to itself."""
        return self._api

    def exchange_has(self, endpoint: str) -> bool:
        return endpoint in self.offers

    def fetch_ticker(self, pair: str, *, count: int) -> dict[str, Any]:
        self.asked.append((pair, count))
        self.clock.after(self.takes_seconds)
        if pair in self.errors:
            raise self.errors[pair]
        if not self.frozen:
            self._moved_at = self.clock.now
        last = self.last[pair]
        return {
            "last": last,
            "bid": last - 1,
            "ask": last + 1,
            "baseVolume": 10.0 + self._moved_at.timestamp(),
            "quoteVolume": 1000.0,
            "timestamp": int(self.clock.now.timestamp() * 1000),
        }

    def _get_price_side(self, side: str, is_short: bool, conf_strategy: Any) -> str:
        """Pick the side as Freqtrade does by default: the ask to sell, the bid to buy back."""
        return "bid" if is_short else "ask"

    def _get_rate_from_ticker(
        self, side: str, ticker: Any, conf_strategy: Any, price_side: str
    ) -> float | None:
        rate: float | None = ticker[price_side]
        return rate

    def get_balances(self, *, count: int) -> dict[str, Any]:
        self.asked.append(("balances", count))
        if "balances" in self.errors:
            raise self.errors["balances"]
        return {coin: {"free": total, "used": 0.0, "total": total} for coin, total in self.balances.items()}

    def feed(self) -> TickerFeed:
        """Give a feed of this exchange's tickers."""
        return TickerFeed(self, self.budget, self.clock)
