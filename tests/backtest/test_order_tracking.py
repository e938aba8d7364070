"""Open orders in real backtests: their records, their counts, and the capital that they hold.

Two limit entries rest unfilled, one pair is held with a limit exit that rests too, one is left in parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from tests.backtest.planned import NO_FEE, PAIRS, Planned, market
from tests.support.backtest import BacktestRun
from tests.support.candles import from_opens
from tests.support.scripted import scripted_with_kit

Backtest = Callable[..., BacktestRun]

RESTING_ENTRY, SECOND_RESTING, RESTING_EXIT, IN_PARTS = PAIRS[:4]
# Entries of the first two pairs are asked for at 80; the third asks 150 for what it holds; the fourth adds
# 500 at 04:00 and sells half at 06:00.
BODY = """
    order_types = {"entry": "limit", "exit": "limit", "stoploss": "market", "stoploss_on_exchange": False}
    position_adjustment_enable = True
    seen = {}

    def custom_entry_price(self, pair, proposed_rate, **kwargs):
        return 80.0 if pair in ("SYN01/USDT", "SYN02/USDT") else proposed_rate

    def custom_exit_price(self, pair, proposed_rate, **kwargs):
        return 150.0 if pair == "SYN03/USDT" else proposed_rate

    def adjust_trade_position(self, trade, current_time, **kwargs):
        if trade.pair != "SYN04/USDT":
            return None
        adds = current_time.hour == 4 and trade.nr_of_successful_entries == 1
        sells = current_time.hour == 6 and trade.nr_of_successful_exits == 0
        return 500.0 if adds else -trade.stake_amount / 2 if sells else None

    def bot_loop_start(self, current_time, **kwargs):
        from freqtrade.persistence import Trade
        from freqtrade_riskkit.host.translation import order_records

        trades = Trade.get_open_trades()
        orders = [order for trade in trades for order in trade.open_orders]
        self.seen[current_time.hour] = {
            "counts": self.riskkit.open_orders(current_time),
            "held": self.riskkit.held_capital(),
            "available": self.riskkit.available_capital(),
            "records": [r for trade in trades for r in order_records(trade, self.riskkit.account_id)],
            "freqtrade_orders": [(o.order_id, o.ft_order_side, o.ft_pair) for o in orders],
            "freqtrade_used": self.wallets.get_used("USDT"),
            "freqtrade_stakes": Trade.total_open_trades_stakes(),
        }
"""
PLAN = [
    Planned("1 2:00", pair=RESTING_ENTRY),
    Planned("1 3:00", pair=SECOND_RESTING),
    Planned("1 2:00", "1 4:00", pair=RESTING_EXIT),
    Planned("1 2:00", "1 9:00", pair=IN_PARTS),
]
PATIENT = {**NO_FEE, "unfilledtimeout": {"entry": 60000, "exit": 60000, "unit": "minutes"}}


@pytest.fixture(scope="module")
def run(shared_backtest: Backtest) -> BacktestRun:
    """A day of it."""
    candles, script = market(PLAN, days=1)
    return shared_backtest(
        scripted_with_kit(body=BODY), candles, script=script, riskkit={"order_tracking": {}}, config=PATIENT
    )


@pytest.fixture
def seen(run: BacktestRun) -> Iterator[dict[int, dict[str, Any]]]:
    """Give what was seen at the beginning of each hour."""
    return run.strategy.seen


@pytest.mark.feature("B1", "backtest")
def test_records_when_orders_were_placed_then_one_for_each_with_its_purpose_and_figures(
    seen: dict[int, dict[str, Any]],
) -> None:
    """At 08:00 the fourth pair has entered, added and sold half; the others rest."""
    records = {(r.pair, str(r.purpose), str(r.state)): r for r in seen[8]["records"]}

    assert set(records) == {
        (RESTING_ENTRY, "entry", "open"),
        (SECOND_RESTING, "entry", "open"),
        (RESTING_EXIT, "entry", "filled"),
        (RESTING_EXIT, "exit", "open"),
        (IN_PARTS, "entry", "filled"),
        (IN_PARTS, "added_entry", "filled"),
        (IN_PARTS, "partial_exit", "filled"),
    }
    assert len({record.order_id for record in records.values()}) == 7
    resting = records[RESTING_ENTRY, "entry", "open"]
    assert (resting.account_id, resting.side, str(resting.type)) == (
        "freqtrade@binance:spot:backtest",
        "buy",
        "limit",
    )
    assert (resting.price, resting.trigger_price, resting.average) == (80.0, None, None)
    assert (resting.amount, resting.filled, resting.remaining) == (12.5, 0.0, 12.5)
    assert (resting.value, resting.reserved_capital) == (1000.0, 1000.0)
    assert (resting.placed_at, resting.finished_at) == (_at(2), None)
    exit_ = records[RESTING_EXIT, "exit", "open"]
    assert (exit_.side, exit_.price, exit_.amount, exit_.reserved_capital) == ("sell", 150.0, 10.0, 0.0)
    sold = records[IN_PARTS, "partial_exit", "filled"]
    assert (sold.amount, sold.filled, sold.remaining, sold.average) == (7.5, 7.5, 0.0, 100.0)
    assert (sold.placed_at, sold.updated_at, sold.finished_at) == (_at(6), _at(6), _at(6))


@pytest.mark.feature("B1", "backtest")
@pytest.mark.parametrize(
    ("reason", "purpose", "body", "opens"),
    [
        ("exit_signal", "exit", "", [100.0]),
        ("force_exit", "exit", "", [100.0]),
        ("stop_loss", "stop_loss", "stoploss = -0.02", [90.0]),
        ("roi", "take_profit", 'minimal_roi = {"0": 0.03}', [110.0]),
        ("trailing_stop_loss", "trailing_stop", "stoploss = -0.03\ntrailing_stop = True", [120.0, 100.0]),
        ("riskkit_stop_loss", "stop_loss", "", [90.0]),
        ("riskkit_take_profit", "take_profit", "", [130.0]),
    ],
)
def test_exit_when_a_trade_ends_in_a_certain_way_then_its_order_has_that_purpose(
    backtest: Backtest, reason: str, purpose: str, body: str, opens: list[float]
) -> None:
    """Entered at 100, the open of 02:00; what follows are the opens from 03:00 on."""
    leaves = "1 4:00" if reason == "exit_signal" else None
    _, script = market([Planned("1 2:00", leaves, pair=IN_PARTS)], days=1)
    frame = from_opens([100.0, 100.0, 100.0, *opens, *[opens[-1]] * 4])
    section: dict[str, Any] = {"exits": {"bracket": {}}} if reason.startswith("riskkit") else {}

    run = backtest(
        scripted_with_kit(body=body), {IN_PARTS: frame}, script=script, riskkit=section, config=NO_FEE
    )

    assert run.trades["exit_reason"].tolist() == [reason]
    assert run.riskkit["orders"] == {"entry": {"filled": 1}, purpose: {"filled": 1}}


@pytest.mark.feature("B3", "backtest")
def test_counts_when_orders_are_open_then_by_purpose_type_and_pair_as_freqtrade_has_them(
    seen: dict[int, dict[str, Any]],
) -> None:
    """All hours: as many as Freqtrade's, on the same pairs. At 08:00 the oldest was placed six hours ago."""
    for hour, what in seen.items():
        counts = what["counts"]
        pairs = [pair for _, _, pair in what["freqtrade_orders"]]
        assert counts.open == len(what["freqtrade_orders"]), hour
        assert counts.by_pair == {pair: pairs.count(pair) for pair in pairs}, hour

    counts = seen[8]["counts"]
    assert {str(purpose): count for purpose, count in counts.by_purpose.items()} == {"entry": 2, "exit": 1}
    assert {str(kind): count for kind, count in counts.by_type.items()} == {"limit": 3}
    assert counts.by_pair == {RESTING_ENTRY: 1, SECOND_RESTING: 1, RESTING_EXIT: 1}
    assert counts.oldest_age_seconds == 6 * 3600
    assert seen[1]["counts"].oldest_age_seconds is None


@pytest.mark.feature("B4", "backtest")
def test_capital_when_entry_orders_rest_then_held_is_what_freqtrade_calls_used(
    seen: dict[int, dict[str, Any]],
) -> None:
    """1,000 from 02:00 on, 2,000 from 03:00 on; what is left of 10,000 is without held and invested money."""
    for hour, what in seen.items():
        assert what["held"] == pytest.approx(what["freqtrade_used"]), hour
        assert what["counts"].held_capital == pytest.approx(what["held"]), hour
        assert what["available"] == pytest.approx(10_000 - what["freqtrade_stakes"], abs=1e-6), hour
    assert [seen[hour]["held"] for hour in (2, 3, 4, 23)] == pytest.approx([0, 1000, 2000, 2000])


@pytest.mark.feature("B4", "backtest")
def test_base_currency_when_an_exit_rests_then_kept_apart_from_held_capital(
    seen: dict[int, dict[str, Any]],
) -> None:
    """Ten coins under the limit exit that was placed at 04:00."""
    assert seen[4]["counts"].locked_amounts == {}
    assert seen[8]["counts"].locked_amounts == {RESTING_EXIT: 10.0}


@pytest.mark.feature("B4", "backtest")
def test_size_when_capital_is_held_then_only_what_is_available_is_used(backtest: Backtest) -> None:
    """Two resting orders hold 800 of 1,000: the third entry, of 400 by config, gets the 200 that are left."""
    plan = [Planned(f"1 {2 + number}:00", pair=pair) for number, pair in enumerate(PAIRS[:3])]
    candles, script = market(plan, days=1)
    config = {
        **PATIENT,
        "dry_run_wallet": 1000,
        "stake_amount": 400,
        "amend_last_stake_amount": True,
        "last_stake_amount_min_ratio": 0.25,
    }

    run = backtest(scripted_with_kit(body=BODY), candles, script=script, riskkit={}, config=config)

    assert run.strategy.seen[4]["available"] == pytest.approx(200)
    assert run.trades["stake_amount"].tolist() == pytest.approx([200])


@pytest.mark.feature("B8", "backtest")
def test_capital_when_more_than_a_share_is_held_then_every_entry_is_warned_about(backtest: Backtest) -> None:
    """Each order holds 1,000 of 10,000. Before the fourth 0.30 are held, before the fifth 0.40."""
    plan = [Planned(f"1 {2 + number}:00", pair=pair) for number, pair in enumerate(PAIRS[:6])]
    candles, script = market(plan, days=1)
    body = BODY.replace('80.0 if pair in ("SYN01/USDT", "SYN02/USDT") else proposed_rate', "80.0")

    run = backtest(
        scripted_with_kit(body=body), candles, script=script, riskkit={"order_tracking": {}}, config=PATIENT
    )

    assert run.riskkit["entries"]["passed"] == 6
    assert run.riskkit["warnings"] == {"CAPITAL_FRAGMENTED": 2}
    counts = run.strategy.seen[6]["counts"]
    assert (counts.by_purpose, counts.average_entry_value) == ({"entry": 4}, 1000.0)


@pytest.mark.feature("B8", "backtest")
def test_capital_when_the_profile_is_micro_cap_then_the_entry_is_denied(backtest: Backtest) -> None:
    """The share without the order asked for: 0.40 before the fifth, and before the sixth too."""
    plan = [Planned(f"1 {2 + number}:00", pair=pair) for number, pair in enumerate(PAIRS[:6])]
    candles, script = market(plan, days=1)
    body = BODY.replace('80.0 if pair in ("SYN01/USDT", "SYN02/USDT") else proposed_rate', "80.0")
    section = {"profile": "micro_cap", "micro_cap": {"max_positions": 10}}

    run = backtest(scripted_with_kit(body=body), candles, script=script, riskkit=section, config=PATIENT)

    assert run.riskkit["entries"]["passed"] == 4
    assert run.riskkit["denials"] == {"CAPITAL_FRAGMENTED": 2}


def _at(hour: int) -> pd.Timestamp:
    return pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(hours=hour)
