"""Errors in a row trip the breaker: made by the exchange, on the way to it, and in the strategy's code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from freqtrade_riskkit.practice.actions import Action, AnswerStatus, Down, Reject
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import decisions
from tests.live.modes import in_dry_run_and_live, in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import open_positions, until, wait_for_lock
from tests.live.strategies import TRIES_SOON, puppet

SHORT_MINUTES = 0.15
FILTERED = Reject(count=1, code=-1013, message="Filter failure: PRICE_FILTER")
NO_FUNDS = Reject(count=1, code=-2010, message="Account has insufficient balance for requested action.")
COUNTS_ERRORS = """
errors_by_loop = ()

def show(self, seen):
    figures = {figure["rule"]: figure["value"] for figure in seen["status"]["figures"]}
    self.errors_by_loop = (*self.errors_by_loop, figures.get("errors"))
    seen = {**seen, "errors": self.errors_by_loop}
    fresh = self.folder / "seen.json.new"
    fresh.write_text(json.dumps(seen, default=str))
    fresh.replace(self.folder / "seen.json")
"""
RAISES = """
def populate_indicators(self, dataframe, metadata):
    if (self.folder / "indicators_raise").exists():
        raise KeyError("a bug in the indicators")
    return dataframe

def custom_exit(self, pair, trade, *args, **kwargs):
    if (self.folder / "exits_raise").exists():
        raise ValueError("a bug in the exits")
"""


def _is_open(bot: Bot, pair: str) -> bool:
    return pair in bot.open_pairs()


def breaker(**errors: Any) -> dict[str, Any]:
    """Give a section whose breaker looks at errors alone, and lets go by itself after a few seconds."""
    rule = {"limit": 3, "stop_duration": SHORT_MINUTES, **errors}
    off = dict.fromkeys(("daily_loss", "drawdown", "loss_streak", "order_rate"))
    return {
        "circuit_breaker": {
            **off,
            "errors": rule,
            "cooldown_minutes": SHORT_MINUTES,
            "max_trips_per_day": None,
        }
    }


def errors(seen: dict[str, Any]) -> int:
    """Give the errors in a row that the breaker counts."""
    (value,) = (figure["value"] for figure in seen["status"]["figures"] if figure["rule"] == "errors")
    return int(value)


def wait_for_errors(bot: Bot, count: int) -> None:
    bot.when(f"{count} errors in a row", lambda seen: errors(seen) == count)


@in_live("D5")
def test_orders_when_three_are_rejected_then_no_fourth_is_sent_until_it_ends_by_itself(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    bot = start_bot(riskkit=breaker())
    account.perform(Reject(count=3, code=-1013, message="Filter failure: PRICE_FILTER"))

    # All in one loop: the fourth would have been taken.
    bot.hold(enter=PAIRS[:4])
    lock = wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, rejection=3")
    assert until(lock) - datetime.now(UTC) <= timedelta(minutes=2)
    bot.loops()
    assert account.orders() == []

    # It ends by itself, after its time and the cooldown, and the same errors trip nothing any more.
    bot.hold()
    wait_for_lock(bot, "COOLDOWN: until")
    bot.hold(enter=PAIRS[:2])
    bot.loops()
    assert account.orders() == []
    bot.wait_for("the entries", lambda: bot.open_pairs() == set(PAIRS[:2]))
    assert bot.rest.locks_on_all_pairs() == []
    assert len(account.buys()) == 2

    tripped, cooldown, ended, recovered = ended_by_itself(bot)
    assert timedelta(minutes=SHORT_MINUTES) <= ended - tripped < timedelta(minutes=SHORT_MINUTES, seconds=3)
    assert (
        timedelta(minutes=SHORT_MINUTES) <= recovered - cooldown < timedelta(minutes=SHORT_MINUTES, seconds=3)
    )


def ended_by_itself(bot: Bot) -> tuple[datetime, datetime, datetime, datetime]:
    """Give the moments of a trip, its cooldown, its end and the recovery, as the ledger has them."""
    told = [line for line in decisions(bot.ledger) if line.kind != "warning"]
    assert [line.kind for line in told] == ["trip", "reset", "cooldown", "recovered"]
    assert told[0].code == told[1].code == "ERRORS_EXCEEDED"
    assert "its time is over" in told[1].text
    return told[0].at, told[2].at, told[1].at, told[3].at


@in_live("D5")
def test_errors_of_orders_when_an_order_is_accepted_between_then_they_count_anew(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    bot = start_bot(riskkit=breaker())
    for pair in PAIRS[:2]:
        account.perform(FILTERED)
        account.perform(NO_FUNDS)
        bot.hold(enter=[pair])
        bot.wait_for("the entry", partial(_is_open, bot, pair))
        bot.hold()
        wait_for_errors(bot, 0)
    assert len(bot.lines("Unable to create trade for ")) == 4
    assert bot.rest.locks_on_all_pairs() == []

    # Loops in which all is well answer for no order.
    account.perform(NO_FUNDS)
    account.perform(FILTERED)
    account.perform(NO_FUNDS)
    bot.hold(enter=PAIRS[2:4])
    wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, funds=2, rejection=1")
    assert bot.open_pairs() == set(PAIRS[:2])


@in_live("D5")
def test_exit_when_refused_until_the_breaker_trips_then_it_is_tried_on_and_goes_through(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    bot = start_bot(riskkit=breaker())
    open_positions(bot, PAIRS[0])

    account.perform(Reject(count=None, code=-1013, message="Filter failure: MARKET_LOT_SIZE"))
    bot.hold(exit=[PAIRS[0]])
    wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, rejection=3")
    bot.loops()
    assert len(bot.lines(f"Unable to exit trade {PAIRS[0]}")) > 3

    account.server.exchange.faults.clear()
    bot.wait_for("the exit", lambda: bot.open_pairs() == set())
    wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, rejection=3")


@in_dry_run_and_live("D5")
@pytest.mark.parametrize(
    ("outage", "kind"),
    [
        (Down(for_seconds=None), r"(exchange_down=\d)?(, )?(network=\d)?"),
        (AnswerStatus(status=503), "exchange_down=3"),
    ],
    ids=["connections_break", "answers_503"],
)
def test_exchange_when_away_for_three_loops_then_entries_stop_and_the_exit_is_tried_until_it_is_back(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices, outage: Action, kind: str
) -> None:
    bot = start_bot(puppet(TRIES_SOON), riskkit=breaker(stop_duration=0.5))
    open_positions(bot, *PAIRS[:2])

    account.perform(outage)
    bot.hold(enter=[PAIRS[2]], exit=[PAIRS[0]])
    prices.set(90.0, PAIRS[0])
    lock = wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, ")
    assert re.fullmatch(rf"ERRORS_EXCEEDED: limit=3, value=3, {kind} \(riskkit\)", lock["reason"])
    assert bot.open_pairs() == set(PAIRS[:2])

    # Back again: the exit goes through at once, the entry has to wait for the end of the trip.
    account.server.exchange.faults.clear()
    bot.wait_for("the exit", lambda: bot.open_pairs() == {PAIRS[1]})
    assert wait_for_lock(bot, "ERRORS_EXCEEDED")["id"] == lock["id"]
    bot.wait_for("the entry", lambda: PAIRS[2] in bot.open_pairs())
    assert bot.rest.locks_on_all_pairs() == []


@in_dry_run_and_live("D5")
def test_exchange_when_it_answers_again_in_time_then_nothing_trips_and_the_errors_are_forgotten(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    """However much goes without an answer in a loop, the kit's own questions too, it is one error."""
    bot = start_bot(puppet(TRIES_SOON), riskkit=breaker(limit=20))
    open_positions(bot, PAIRS[0])
    for _ in range(2):
        before = bot.seen()["loops"]
        account.perform(Down(for_seconds=None))
        seen = bot.when("errors in a row", lambda seen: errors(seen) >= 5)
        assert errors(seen) <= seen["loops"] - before + 1
        account.server.exchange.faults.clear()
        wait_for_errors(bot, 0)

    assert bot.rest.locks_on_all_pairs() == []
    assert [line.kind for line in decisions(bot.ledger)] == []


@in_dry_run_and_live("D5")
def test_strategy_when_its_code_raises_in_three_loops_then_entries_stop_and_exits_go_on(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    bot = start_bot(puppet(COUNTS_ERRORS + RAISES + "\nstoploss = -0.05"), riskkit=breaker())
    open_positions(bot, *PAIRS[:2])

    bot.flag("exits_raise").touch()
    wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, strategy=3")
    prices.set(90.0, PAIRS[0])
    bot.wait_for("the stop loss", lambda: bot.open_pairs() == {PAIRS[1]})
    bot.hold(enter=[PAIRS[2]])
    bot.loops()
    assert bot.open_pairs() == {PAIRS[1]}

    # Mended, it lets entries through once its time is over.
    bot.flag("exits_raise").unlink()
    bot.wait_for("the entry", lambda: PAIRS[2] in bot.open_pairs())
    wait_for_errors(bot, 0)

    # One error a loop, though it raises for every pair of the list.
    bot.flag("indicators_raise").touch()
    wait_for_lock(bot, "ERRORS_EXCEEDED: limit=3, value=3, strategy=3")
    counted = bot.seen()["errors"]
    assert max(later - before for before, later in pairwise(counted)) == 1
    assert {trade["exit_reason"] for trade in bot.rest.trades()} == {"stop_loss"}


@in_dry_run_and_live("D5")
def test_errors_when_the_bot_is_killed_between_them_then_they_are_still_in_a_row(start_bot: StartBot) -> None:
    bot = start_bot(puppet(RAISES), riskkit=breaker(limit=1000))
    bot.loops()
    bot.flag("indicators_raise").touch()
    seen = bot.when("errors in a row", lambda seen: errors(seen) >= 3)

    bot.restart()
    assert errors(bot.loops()) >= errors(seen)

    bot.flag("indicators_raise").unlink()
    wait_for_errors(bot, 0)


@in_live("D5")
def test_rejections_when_the_bot_is_killed_between_them_then_the_next_one_trips(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    """Nothing but an accepted order answers for them: they wait, however long."""
    bot = start_bot(riskkit=breaker(limit=1000))
    account.perform(Reject(count=None, code=-1013, message="Filter failure: PRICE_FILTER"))
    bot.hold(enter=[PAIRS[0]])
    bot.when("two rejections in a row", lambda seen: errors(seen) >= 2)
    bot.hold()
    rejected = errors(bot.loops())
    assert rejected == len(bot.lines("Unable to create trade for "))

    bot.kill()
    bot.configure(breaker(limit=rejected + 1, stop_duration=60))
    bot.start()
    assert errors(bot.loops()) == rejected
    assert bot.rest.locks_on_all_pairs() == []
    bot.hold(enter=[PAIRS[0]])
    limit = rejected + 1
    wait_for_lock(bot, f"ERRORS_EXCEEDED: limit={limit}, value={limit}, rejection={limit}")
