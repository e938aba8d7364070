"""Moving prices while they run: what was stays, candles and prices agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskkit.practice.actions import Crash, Freeze, Gap, Move, Recover, Rise, Spike
from freqtrade_riskkit.practice.aggregate import cut
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS
from freqtrade_riskkit.practice.moved import MovedPath
from freqtrade_riskkit.practice.moves import make_move
from tests.support.trading_floor import START_MS, price_path

BTC = STANDARD_LISTINGS[0]


def moved(path: MovedPath, move: Move, after_ms: int) -> None:
    make_move({BTC.symbol: path}, {BTC.symbol: BTC}, move, START_MS + after_ms)


def prices(path: MovedPath, *after_ms: int) -> list[float]:
    return [round(path.price_at(START_MS + after), 6) for after in after_ms]


@pytest.mark.parametrize(
    ("move", "expected"),
    [
        (Crash(by=0.1, within_seconds=4), [100, 97.5, 95, 90, 90]),
        (Rise(by=0.1, within_seconds=4), [100, 102.5, 105, 110, 110]),
        (Gap(by=-0.2), [100, 80, 80, 80, 80]),
        (Gap(by=0.2), [100, 120, 120, 120, 120]),
        (Spike(by=-0.3, within_seconds=4), [100, 85, 70, 100, 100]),
        (Spike(by=0.3, within_seconds=2), [100, 130, 100, 100, 100]),
        (Freeze(for_seconds=4), [100, 100, 100, 100, 100]),
    ],
)
def test_price_when_moved_from_the_first_second_on_then_as_the_words_say(
    move: Move, expected: list[float]
) -> None:
    """Looked at when the move begins, and 1, 2, 4 and 9 seconds later."""
    path = MovedPath(price_path([100.0, 100.0], seconds=20))
    moved(path, move, 1000)

    assert prices(path, 1000, 2000, 3000, 5000, 10_000) == pytest.approx(expected, abs=0.1)
    assert prices(path, 0, 500) == [100, 100]


def test_price_when_it_recovers_then_back_to_what_it_would_have_been() -> None:
    path = MovedPath(price_path([100.0, 200.0], seconds=100))
    moved(path, Gap(by=-0.5), 10_000)
    moved(path, Recover(within_seconds=10), 50_000)

    assert prices(path, 10_001, 50_000, 60_000, 70_000) == pytest.approx([55, 75, 160, 170], abs=0.1)


def test_price_when_it_thaws_then_it_jumps_to_its_path() -> None:
    path = MovedPath(price_path([100.0, 200.0], seconds=100))
    moved(path, Freeze(for_seconds=20), 10_000)

    assert prices(path, 10_000, 29_000, 30_000, 30_050) == pytest.approx([110, 110, 110, 130], abs=0.2)


def test_price_when_frozen_then_it_is_known_since_when() -> None:
    path = MovedPath(price_path([100.0, 200.0], seconds=100))
    moved(path, Crash(by=0.1, within_seconds=5), 2000)
    moved(path, Freeze(for_seconds=20), 10_000)

    seen = [path.frozen_since(START_MS + after) for after in (5000, 10_000, 10_001, 30_000, 30_001)]
    assert seen == [None, None, START_MS + 10_000, START_MS + 10_000, None]


def test_move_when_another_begins_meanwhile_then_it_goes_on_from_where_the_price_is() -> None:
    path = MovedPath(price_path([100.0, 100.0], seconds=60))
    moved(path, Crash(by=0.2, within_seconds=10), 0)
    moved(path, Rise(by=0.1, within_seconds=10), 5000)

    assert prices(path, 5000, 10_000, 15_000, 30_000) == pytest.approx([90, 94.5, 99, 99])


MOVES = st.one_of(
    st.builds(Crash, by=st.floats(0.01, 0.5), within_seconds=st.floats(0, 5)),
    st.builds(Gap, by=st.floats(-0.5, 0.5)),
    st.builds(Spike, by=st.floats(-0.5, 0.5), within_seconds=st.floats(0.01, 5)),
    st.builds(Freeze, for_seconds=st.floats(0, 5)),
    st.builds(Recover, within_seconds=st.floats(0, 5)),
)


@settings(max_examples=30)
@given(walk=st.lists(st.floats(50, 150), min_size=2, max_size=4), moves=st.lists(MOVES, max_size=4))
def test_candles_when_prices_are_moved_then_they_agree_with_them(
    walk: list[float], moves: list[Move]
) -> None:
    path = MovedPath(price_path(walk, seconds=5))
    for number, move in enumerate(moves):
        moved(path, move, 700 + 2300 * number)
    end = START_MS + 5000 * (len(walk) - 1)
    edges = np.arange(START_MS, end + 1, 1000, dtype=np.int64)
    candles = cut(path.lines(START_MS, end), edges, end)

    shown = [path.price_at(at) for at in range(START_MS + 1, end + 1)]
    seconds = [shown[n : n + 1000] for n in range(0, len(shown), 1000)]
    assert candles.close == pytest.approx([second[-1] for second in seconds])
    for candle, second in enumerate(seconds):
        assert max(second) <= candles.high[candle] * (1 + 1e-9)
        assert min(second) >= candles.low[candle] * (1 - 1e-9)
