"""What a bot can't rely on never reads as fine: frozen and missing prices, clocks that differ, lost coins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from freqtrade_riskkit.practice.actions import ClockSkew, Drop, Freeze, Recover, Requests
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live, in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import open_positions, wait_for_lock

LIMIT = 8
RISKKIT = {
    "circuit_breaker": {
        "daily_loss": {"limit": 0.03},
        "errors": None,
        "data": {"max_mark_age_seconds": LIMIT},
    }
}
FIRST, SECOND, THIRD = PAIRS[:3]


@in_dry_run_and_live("D13")
def test_prices_when_they_freeze_then_entries_wait_and_exits_go_on_until_they_move(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    """With nothing open, then with positions; a fall behind the frozen prices trips before any entry."""
    bot = start_bot(riskkit=RISKKIT)
    bot.loops()
    account.perform(Freeze(for_seconds=3600))
    stale = wait_for_stale(bot, f"the ticker of {FIRST} is frozen")
    assert (stale["code"], stale["limit"]) == ("DATA_STALE", LIMIT)
    assert stale["value"] > LIMIT
    bot.hold(enter=[FIRST, SECOND])
    denied = rf"Entry on {FIRST} denied: DATA_STALE: limit=8 s, value=\d+ s, the ticker of {FIRST} is frozen"
    bot.wait_for("the denial", lambda: bot.lines(denied))
    bot.loops()
    assert bot.open_pairs() == set()
    assert told(bot)["data"]["stale"]["code"] == "DATA_STALE"

    account.perform(Recover(within_seconds=0))
    bot.wait_for("the entries to pass", lambda: bot.open_pairs() == {FIRST, SECOND})
    assert wait_until_fresh(bot)["status"]["denials"]["DATA_STALE"] >= 1

    account.perform(Freeze(for_seconds=3600))
    prices.set(60.0, SECOND)
    wait_for_stale(bot, "is frozen", seconds=2 * LIMIT)  # each pair has a clock of its own: both by now
    bot.hold(enter=[THIRD], exit=[FIRST])
    bot.wait_for("the exit", lambda: bot.open_pairs() == {SECOND})
    assert bot.rest.trades()[0]["close_rate"] == 100.0
    seen = wait_for_stale(bot, f"the ticker of {SECOND} is frozen") and bot.loops()
    assert seen["status"]["breaker"] == "closed"
    assert bot.open_pairs() == {SECOND}

    account.perform(Recover(within_seconds=0))
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=300.00 USDT, value=400.00 USDT")
    wait_until_fresh(bot)
    assert bot.open_pairs() == {SECOND}
    bot.hold(exit=[SECOND])
    bot.wait_for("the exit", lambda: not bot.open_pairs())
    assert bot.rest.trades()[-1]["close_rate"] == 60.0


@in_dry_run_and_live("D13")
def test_mark_when_none_comes_then_the_old_one_counts_with_its_age_over_a_restart(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    """One pair's prices are gone: its position is judged at its last mark, and the others go on."""
    bot = start_bot(riskkit=RISKKIT)
    open_positions(bot, FIRST, SECOND)
    prices.set(90.0, FIRST)
    bot.when("a mark of 90", lambda seen: seen["status"]["equity"] == pytest.approx(9_900))

    account.perform(Drop(requests=Requests.MARKET, pair=FIRST, count=None))
    prices.set(60.0, FIRST)
    stale = wait_for_stale(bot, f"the mark of {FIRST} is old")
    assert stale["value"] > LIMIT
    bot.hold(enter=[THIRD], exit=[SECOND])
    denied = rf"Entry on {THIRD} denied: DATA_STALE: limit=8 s, value=\d+ s, the mark of {FIRST} is old"
    bot.wait_for("the denial", lambda: bot.lines(denied))
    bot.wait_for("the exit", lambda: bot.open_pairs() == {FIRST})

    # The loss of 100 stays what it was, in the bot, on paper, and after a kill.
    bot.restart()
    stale = wait_for_stale(bot, f"the mark of {FIRST} is old")
    assert stale["value"] > LIMIT
    seen = bot.seen()["status"]
    assert (seen["breaker"], seen["equity"]) == ("closed", pytest.approx(9_900))
    assert seen["day_loss"] == pytest.approx(100)
    (mark,) = told(bot)["data"]["marks"]
    assert (mark["pair"], mark["rate"]) == (FIRST, 90.0)
    assert mark["age_seconds"] > LIMIT

    account.server.exchange.faults.clear()
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=300.00 USDT, value=400.00 USDT")
    wait_until_fresh(bot)
    assert bot.open_pairs() == {FIRST}


@in_dry_run_and_live("D13")
def test_clock_when_the_exchanges_is_off_then_entries_wait_until_it_is_right(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    """Eight seconds, where a live bot's signed requests still pass."""
    bot = start_bot(riskkit=RISKKIT)
    open_positions(bot, FIRST)
    account.perform(ClockSkew(by_seconds=8))
    wait_for_stale(bot, "the clocks of exchange and bot differ")
    bot.hold(enter=[SECOND], exit=[FIRST])
    bot.wait_for("the exit", lambda: not bot.open_pairs())
    denied = rf"Entry on {SECOND} denied: DATA_STALE: limit=5 s, value=8 s, the clocks of exchange and bot"
    bot.wait_for("the denial", lambda: bot.lines(denied))
    assert bot.open_pairs() == set()

    account.server.exchange.faults.clear()
    bot.wait_for("the entry to pass", lambda: bot.open_pairs() == {SECOND})


@in_live("D13")
def test_wallet_when_it_lacks_what_a_trade_holds_then_entries_wait_until_it_is_back(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    bot = start_bot(riskkit=RISKKIT)
    open_positions(bot, FIRST, SECOND)
    coin = FIRST.split("/")[0]
    account.withdraw(4, asset=coin)
    stale = wait_for_stale(bot, f"{FIRST}: open trades hold 10 {coin}, the wallet has 6")
    assert stale["code"] == "DATA_STALE"
    bot.hold(enter=[THIRD], exit=[SECOND])
    bot.wait_for("the exit", lambda: bot.open_pairs() == {FIRST})
    bot.wait_for("the denial", lambda: bot.lines(rf"Entry on {THIRD} denied: DATA_STALE: {FIRST}: open tr"))
    assert bot.open_pairs() == {FIRST}

    account.deposit(4, asset=coin)
    bot.wait_for("the entry to pass", lambda: bot.open_pairs() == {FIRST, THIRD})


def wait_for_stale(bot: Bot, words: str, seconds: float = 0) -> dict[str, Any]:
    """Wait until entries are denied for data that is so old, in these words; give the decision."""

    def is_stale(seen: dict[str, Any]) -> bool:
        stale = seen["status"]["data"] and seen["status"]["data"]["stale"]
        return bool(stale and words in stale["detail"] and (stale["value"] or 0) >= seconds)

    stale: dict[str, Any] = bot.when(f"stale data: {words}", is_stale)["status"]["data"]["stale"]
    return stale


def wait_until_fresh(bot: Bot) -> dict[str, Any]:
    """Wait until nothing stands against the data."""
    return bot.when("fresh data", lambda seen: seen["status"]["data"]["stale"] is None)


def told(bot: Bot) -> dict[str, Any]:
    """Give what `riskkit status` says."""
    done = bot.command("status", "--json")
    assert done.returncode in (0, 1), done.stderr
    status: dict[str, Any] = json.loads(done.stdout)
    return status
