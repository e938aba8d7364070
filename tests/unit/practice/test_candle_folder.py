"""A folder of candle files: which file counts when, and the exchange's time over it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import CandleFolder, PracticeError
from freqtrade_riskkit.practice.clock import wall_clock_ms
from freqtrade_riskkit.practice.paths import BarPath
from freqtrade_riskkit.practice.sources import PairPrices

Write = Callable[..., Path]
HOUR = 3_600_000
NEW_YEAR = 1_704_067_200_000
ROWS = [(10.0, 12.0, 9.0, 11.0, 5.0), (11.0, 12.0, 10.0, 11.5, 5.0), (11.5, 13.0, 11.0, 12.0, 5.0)]
TWELVE = [(20.0, 20.5, 19.5, 20.25, 1.0)] * 12


def pair_of(folder: CandleFolder, name: str = "BTC/USDT") -> PairPrices:
    return next(prices for prices in folder.open().pairs if prices.listing.pair == name)


def test_time_when_not_shifted_then_it_stands_at_the_end_of_the_last_candle(candle_file: Write) -> None:
    candle_file(ROWS)
    candle_file(ROWS[:2], "ETH_USDT-1h.feather")

    clock = CandleFolder(candle_file(ROWS).parent).open().clock

    assert clock.now_ms() == NEW_YEAR + 3 * HOUR
    assert clock.now_ms() == NEW_YEAR + 3 * HOUR


def test_time_when_shifted_then_the_last_candle_is_in_progress_now(candle_file: Write) -> None:
    feed = CandleFolder(candle_file(ROWS).parent, shift=True).open()
    path = feed.pairs[0].path
    now = feed.clock.now_ms()

    assert abs(now - wall_clock_ms()) < 5_000
    hour = now - now % HOUR
    assert path.price_at(hour) == 11.5
    assert path.price_at(hour + HOUR) == 12.0
    assert path.price_at(hour + 2 * HOUR) == 11.5  # and then back
    assert path.next_trading(0) == hour - 2 * HOUR


def test_pair_when_it_has_a_finer_file_then_that_one_counts_while_it_lasts(candle_file: Write) -> None:
    candle_file(ROWS)
    folder = candle_file(TWELVE, "BTC_USDT-5m.feather", start="2024-01-01 01:00").parent

    path = pair_of(CandleFolder(folder)).path

    assert isinstance(path, BarPath)
    assert path.bars.start_ms.tolist() == [
        NEW_YEAR,
        *(NEW_YEAR + HOUR + n * 300_000 for n in range(12)),
        NEW_YEAR + 2 * HOUR,
    ]
    assert path.bars.close.tolist() == [11.0, *[20.25] * 12, 12.0]


def test_pair_when_a_finer_candle_lies_in_a_coarser_one_then_the_coarser_one_is_dropped(
    candle_file: Write,
) -> None:
    candle_file(ROWS)
    folder = candle_file(TWELVE[:1], "BTC_USDT-5m.feather", start="2024-01-01 01:30").parent

    path = pair_of(CandleFolder(folder)).path

    assert isinstance(path, BarPath)
    assert path.bars.close.tolist() == [11.0, 20.25, 12.0]


def test_pair_when_prices_need_decimals_then_its_tick_has_them(candle_file: Write) -> None:
    rows = [(1.00001, 1.1, 1.0, 1.00002, 5.0)]
    folder = candle_file(rows, "NEW_USDT-1h.feather").parent

    assert pair_of(CandleFolder(folder), "NEW/USDT").listing.tick == Decimal("0.00001")


def test_shipped_candles_when_opened_then_two_pairs_up_to_the_end_of_2024() -> None:
    feed = CandleFolder().open()

    assert [prices.listing.pair for prices in feed.pairs] == ["BTC/USDT", "ETH/USDT"]
    assert [str(prices.listing.tick) for prices in feed.pairs] == ["0.01", "0.01"]
    assert feed.clock.now_ms() == 1_735_689_600_000


def test_folder_when_it_is_missing_then_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(PracticeError, match="nowhere is not a folder"):
        CandleFolder(tmp_path / "nowhere").open()


def test_folder_when_it_holds_no_candles_then_one_line_says_so(tmp_path: Path) -> None:
    (tmp_path / "BTC_USDT-1h.json").write_text("[]")
    with pytest.raises(PracticeError, match="holds no candle files"):
        CandleFolder(tmp_path).open()
