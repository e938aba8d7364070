"""What is said and counted of entries: denials with their numbers, entries, positions, places left.

Those among them that Freqtrade turns away for a lock of the kit, without asking it, count as well.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from tests.backtest.planned import FIRST, NO_FEE, PAIRS, SECOND, Planned, market
from tests.backtest.random_trades import random_market
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]
E7 = pytest.mark.feature("E7", "backtest")

LIMITS = {
    "entry": {
        "max_open_positions": 2,
        "max_open_positions_high_confidence": 3,
        "cooldown_with_positions_seconds": 7200,
    }
}
ONE_OF_EACH = [
    Planned("1 2:00", pair=PAIRS[0], confidence=0.5),
    Planned("1 3:00", pair=PAIRS[1], confidence=0.5),
    Planned("1 4:00", pair=PAIRS[2], confidence=0.96),
    Planned("1 6:00", pair=PAIRS[3], confidence=0.5),
    Planned("1 7:00", pair=PAIRS[4], confidence=7.0),
    Planned("1 8:00", pair=PAIRS[5], confidence=0.97),
]


@pytest.fixture
def denials(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """Give the messages on denials so far."""
    with caplog.at_level(logging.DEBUG, "freqtrade_riskkit"):
        yield lambda: [r.message for r in caplog.records if r.name == "freqtrade_riskkit.denials"]


@E7
def test_denials_when_logged_then_each_has_its_code_and_its_numbers(
    backtest: Backtest, denials: Callable[[], list[str]]
) -> None:
    """Entered at 02:00, 04:00 and 08:00; denied once for each reason."""
    candles, script = market(ONE_OF_EACH, days=1)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=LIMITS, config=NO_FEE)

    assert denials() == [
        "Entry on SYN02/USDT denied: ENTRY_COOLDOWN: limit=7200 s, value=3600 s",
        "Entry on SYN04/USDT denied: POSITION_LIMIT: limit=2, value=2",
        "Entry on SYN05/USDT denied: CONFIDENCE_TOO_LOW: limit=0.9500, value=7.0000, "
        "a confidence is in [0, 1]",
    ]
    assert run.riskkit["denials"] == {"ENTRY_COOLDOWN": 1, "POSITION_LIMIT": 1, "CONFIDENCE_TOO_LOW": 1}


@E7
def test_entries_when_they_passed_then_counted_with_the_share_of_high_confidence_and_places_left(
    backtest: Backtest, caplog: pytest.LogCaptureFixture
) -> None:
    """Three entries, two of high confidence. One place was left after the first, which may fill two,
    and after the second, which may fill three.
    """
    candles, script = market(ONE_OF_EACH, days=1)

    with caplog.at_level(logging.DEBUG, "freqtrade_riskkit.entries"):
        run = backtest(scripted_with_kit(), candles, script=script, riskkit=LIMITS, config=NO_FEE)

    entries = run.riskkit["entries"]
    assert (entries["passed"], entries["high_confidence"]) == (3, 2)
    assert entries["high_confidence_share"] == pytest.approx(2 / 3)
    assert entries["one_slot_left"] == 2
    assert [r.message for r in caplog.records if r.name == "freqtrade_riskkit.entries"] == [
        "LIMIT_NEAR: one slot is left after the entry on SYN01/USDT (1 of 2 positions).",
        "LIMIT_NEAR: one slot is left after the entry on SYN03/USDT (2 of 3 positions).",
    ]


@E7
@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_denials_when_counted_over_hundreds_of_signals_then_once_a_candle_pair_and_reason(
    backtest: Backtest, denials: Callable[[], list[str]], mode: str
) -> None:
    """In observe mode Freqtrade goes on to ask a second time for the same entry: still one."""
    candles, script = random_market(seed=11, days=10)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit={**LIMITS, "mode": mode})

    verb = "would be denied" if mode == "observe" else "denied"
    codes = Counter(message.split(f" {verb}: ")[1].split(":")[0] for message in denials())
    assert codes == run.riskkit["denials"]
    signals = sum(len(words["enter"]) for words in script.values())
    assert codes.total() == signals - len(run.trades) if mode == "enforce" else codes.total() <= signals


@E7
def test_average_positions_when_counted_again_from_the_exported_trades_then_the_same(
    backtest: Backtest,
) -> None:
    """What is open when a candle's loop begins: opened before it, and not closed before it."""
    candles, script = random_market(seed=11, days=10)

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=LIMITS)

    loops = pd.DatetimeIndex(candles[FIRST]["date"])[1:]
    open_at = [((run.trades["open_date"] < now) & (run.trades["close_date"] >= now)).sum() for now in loops]
    assert run.riskkit["entries"]["average_positions"] == pytest.approx(sum(open_at) / len(loops))


@E7
def test_switch_when_entries_are_disabled_then_none_passes_and_the_reason_says_so(
    backtest: Backtest, denials: Callable[[], list[str]]
) -> None:
    candles, script = market([Planned("1 2:00", pair=FIRST), Planned("1 4:00", pair=SECOND)], days=1)
    section = {"entry": {"enabled": False}}

    run = backtest(scripted_with_kit(), candles, script=script, riskkit=section, config=NO_FEE)

    assert len(run.trades) == 0
    assert denials() == [
        f"Entry on {pair} denied: ENTRIES_DISABLED: riskkit.entry.enabled is false"
        for pair in (FIRST, SECOND)
    ]


TRIPS = {
    "circuit_breaker": {
        "daily_loss": None,
        "drawdown": None,
        "loss_streak": {"limit": 1, "stop_duration": 360},
    }
}
# The first pair's loss at 04:00 trips until 10:00, the cooldown lasts until 10:15.
UNDER_THE_LOCK = [
    Planned("1 2:00", "1 4:00", -10, FIRST),
    Planned("1 3:00", pair=PAIRS[1]),
    Planned("1 4:00", pair=PAIRS[2]),
    Planned("1 5:00", pair=PAIRS[3]),
    Planned("1 5:00", pair=PAIRS[4]),
    Planned("1 10:00", pair=PAIRS[5]),
    Planned("1 11:00", pair=PAIRS[6]),
]


@E7
@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_denials_when_the_kits_own_lock_turns_entries_away_then_counted_as_where_nothing_is_locked(
    backtest: Backtest, denials: Callable[[], list[str]], mode: str
) -> None:
    """Three under the trip, one in the cooldown; the second pair signals again at 06:00, while it is open."""
    candles, script = market([*UNDER_THE_LOCK, Planned("1 6:00", pair=PAIRS[1])], days=1)

    run = backtest(
        scripted_with_kit(), candles, script=script, riskkit={**TRIPS, "mode": mode}, config=NO_FEE
    )

    assert len(run.locks) == (2 if mode == "enforce" else 0)
    assert len(run.trades) == (3 if mode == "enforce" else 7)
    assert run.riskkit["denials"] == {"CONSECUTIVE_LOSSES_EXCEEDED": 3, "COOLDOWN": 1}
    verb = "denied" if mode == "enforce" else "would be denied"
    assert denials() == [
        *(
            f"Entry on {pair} {verb}: CONSECUTIVE_LOSSES_EXCEEDED: limit=1, value=1"
            for pair in (PAIRS[2], PAIRS[3], PAIRS[4])
        ),
        f"Entry on {PAIRS[5]} {verb}: COOLDOWN: until 2024-01-01 10:15 UTC",
    ]


@E7
@pytest.mark.parametrize(("places", "denied"), [(1, {}), (2, {"DAILY_LOSS_EXCEEDED": 1})])
@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_denials_when_freqtrade_has_no_place_left_anyway_then_the_lock_denied_nothing(
    backtest: Backtest, mode: str, places: int, denied: dict[str, int]
) -> None:
    """Half of the first position is sold at 04:00 with a loss of 50, which trips; the rest stays open."""
    body = """
        position_adjustment_enable = True

        def adjust_trade_position(self, trade, current_time, **kwargs):
            return -500.0 if current_time.hour == 4 else None
    """
    plan = [Planned("1 2:00", "1 4:00", -100, FIRST), Planned("1 6:00", pair=SECOND)]
    candles, script = market(plan, days=1)
    del script[FIRST]["exit"]

    run = backtest(
        scripted_with_kit(body=body),
        candles,
        script=script,
        riskkit={"circuit_breaker": {"daily_loss": {"limit": 0.005}}, "mode": mode},
        config={**NO_FEE, "max_open_trades": places},
    )

    assert [trip["code"] for trip in run.riskkit["trips"]] == ["DAILY_LOSS_EXCEEDED"]
    assert run.riskkit["denials"] == denied


def test_denials_when_another_protections_lock_stands_too_then_they_are_not_the_kits(
    backtest: Backtest,
) -> None:
    """Freqtrade's StoplossGuard locks all pairs for a day at the same loss: it would deny without the kit."""
    candles, script = market(UNDER_THE_LOCK, days=1)
    del script[FIRST]["exit"]
    candles[FIRST].loc[3, "low"] = 1.0  # a stop at 97 fills in the candle of 03:00
    guard = {"method": "StoplossGuard", "trade_limit": 1, "lookback_period": 600, "stop_duration": 1440}

    run = backtest(
        scripted_with_kit(body="stoploss = -0.03"),
        candles,
        script=script,
        riskkit={**TRIPS, "protections": [guard]},
        config=NO_FEE,
    )

    assert {lock.reason.split(":")[0] for lock in run.locks} > {"CONSECUTIVE_LOSSES_EXCEEDED"}
    assert run.riskkit["denials"] == {}
