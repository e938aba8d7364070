"""Timeframes as Binance cuts them: where each candle begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_FIRST_MONDAY_MS = 4 * _DAY  # 1970-01-05


class Timeframe(Protocol):
    """A way to cut time into candles."""

    def floor(self, at_ms: int) -> int:
        """Return when the candle that holds `at_ms` begins."""

    def step(self, open_ms: int, candles: int) -> int:
        """Return when the candle begins that lies so many candles after (before, if negative) this one."""


@dataclass(frozen=True, slots=True)
class _FixedTimeframe:
    length_ms: int
    origin_ms: int = 0

    def floor(self, at_ms: int) -> int:
        return at_ms - (at_ms - self.origin_ms) % self.length_ms

    def step(self, open_ms: int, candles: int) -> int:
        return open_ms + candles * self.length_ms


@dataclass(frozen=True, slots=True)
class _Month:
    def floor(self, at_ms: int) -> int:
        at = datetime.fromtimestamp(at_ms // 1000, UTC)
        return _month_start_ms(at.year * 12 + at.month - 1)

    def step(self, open_ms: int, candles: int) -> int:
        at = datetime.fromtimestamp(open_ms // 1000, UTC)
        return _month_start_ms(at.year * 12 + at.month - 1 + candles)


def _month_start_ms(month_number: int) -> int:
    year, month = divmod(month_number, 12)
    return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) * 1000


TIMEFRAMES: dict[str, Timeframe] = {
    "1s": _FixedTimeframe(_SECOND),
    "1m": _FixedTimeframe(_MINUTE),
    "3m": _FixedTimeframe(3 * _MINUTE),
    "5m": _FixedTimeframe(5 * _MINUTE),
    "15m": _FixedTimeframe(15 * _MINUTE),
    "30m": _FixedTimeframe(30 * _MINUTE),
    "1h": _FixedTimeframe(_HOUR),
    "2h": _FixedTimeframe(2 * _HOUR),
    "4h": _FixedTimeframe(4 * _HOUR),
    "6h": _FixedTimeframe(6 * _HOUR),
    "8h": _FixedTimeframe(8 * _HOUR),
    "12h": _FixedTimeframe(12 * _HOUR),
    "1d": _FixedTimeframe(_DAY),
    "3d": _FixedTimeframe(3 * _DAY),
    "1w": _FixedTimeframe(7 * _DAY, _FIRST_MONDAY_MS),
    "1M": _Month(),
}
"""Every interval of Binance's candles, by its name there (the same as in Freqtrade)."""


def fixed_length_ms(name: str) -> int | None:
    """Return how long a candle of this timeframe is; None where lengths differ (months) or none is known."""
    timeframe = TIMEFRAMES.get(name)
    return timeframe.length_ms if isinstance(timeframe, _FixedTimeframe) else None
