"""Scripted prices: rows by seconds after the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from freqtrade_riskkit.practice import PracticeError, ScriptedPrices, ScriptRow

HEADER = "pair,offset_seconds,open,high,low,close,volume\n"
FALL = [ScriptRow("BTC/USDT", 10, 100, 100, 90, 90, 6), ScriptRow("BTC/USDT", 13, 90, 91, 80, 80, 3)]


def prices_at(script: ScriptedPrices, *seconds: float) -> list[float]:
    """Prices to the nearest whole number: the start is known to the millisecond only."""
    feed = script.open()
    start = feed.clock.now_ms()
    return [round(feed.pairs[0].path.price_at(start + int(at * 1000))) for at in seconds]


def test_script_when_played_then_the_price_follows_it_by_the_second() -> None:
    """Row one falls from second 11 to 12 (a third for each of open-high, high-low, low-close)."""
    seconds = (-86_400, 0, 10, 11, 11.5, 12, 13, 14, 15, 16, 1000)

    assert prices_at(ScriptedPrices(FALL), *seconds) == [100, 100, 100, 100, 95, 90, 90, 91, 80, 80, 80]


def test_script_when_it_has_one_row_then_it_lasts_a_minute() -> None:
    assert prices_at(ScriptedPrices([ScriptRow("BTC/USDT", 0, 10, 40, 10, 40, 1)]), 20, 40, 60) == [
        10,
        40,
        40,
    ]


def test_script_when_read_from_a_file_then_the_same_as_from_rows(tmp_path: Path) -> None:
    file = tmp_path / "fall.csv"
    file.write_text(
        HEADER + "BTC/USDT,10,100,100,90,90,6\n\nETH/USDT,0,5,5,5,5,1\nBTC/USDT,13,90,91,80,80,3\n"
    )

    assert prices_at(ScriptedPrices(file), 11.5, 15) == [95, 80]
    assert [prices.listing.pair for prices in ScriptedPrices(str(file)).open().pairs] == [
        "BTC/USDT",
        "ETH/USDT",
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("BTC/USDT,0,1,1,1,1", "line 3: 7 values are needed, found 6"),
        ("BTC/USDT,0,1,1,1,cheap,1", "line 3: could not convert string to float: 'cheap'"),
        ("BTC/USDT,0,nan,1,1,1,1", "line 3: open must be in (0, 1e+09], was nan"),
        ("BTC/USDT,0,1,1,0,1,1", "line 3: low must be in (0, 1e+09], was 0.0"),
        ("BTC/USDT,0,1,inf,1,1,1", "line 3: high must be in (0, 1e+09], was inf"),
        ("BTC/USDT,0,1,1,1,2,1", "line 3: open and close must lie within low 1.0 to high 1.0"),
        ("BTC/USDT,0,1,1,1,1,-1", "line 3: volume must be in [0, 1e+15], was -1.0"),
        ("BTC/USDT,-1,1,1,1,1,1", "line 3: offset_seconds must be in [0, 3.16224e+07], was -1.0"),
        (
            "BTCUSDT,0,1,1,1,1,1",
            "line 3: 'BTCUSDT' is not a pair; write BASE/QUOTE in capitals, such as BTC/USDT",
        ),
        (
            "XRP/USDT,5,1,1,1,1,1",
            "line 3: offset_seconds of XRP/USDT must grow by 0.01 or more a row, was 5 after 5",
        ),
    ],
)
def test_script_when_a_row_is_bad_then_its_line_is_named(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(f"{HEADER}XRP/USDT,5,1,1,1,1,1\n{row}\n")

    with pytest.raises(PracticeError) as error:
        ScriptedPrices(file)
    assert str(error.value).endswith(message)
    assert str(error.value).startswith(str(file))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"BTC/USDT,0,1,1,1,1,1\n", "the header must be pair,offset_seconds"),
        (HEADER.encode(), "has no rows"),
        (b"\xff\xfe\x00", "is not a readable script"),
    ],
)
def test_script_when_the_file_is_bad_then_one_line_says_so(
    tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)

    with pytest.raises(PracticeError, match=message) as error:
        ScriptedPrices(file)
    assert "\n" not in str(error.value)


def test_script_when_the_file_is_missing_then_one_line_says_so(tmp_path: Path) -> None:
    with pytest.raises(PracticeError, match=r"none\.csv is not a readable script: No such file or directory"):
        ScriptedPrices(tmp_path / "none.csv")
