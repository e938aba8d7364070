"""Deposits and withdrawals are no profit or loss: what losses are held against follows them, losses don't."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from freqtrade_riskkit.practice.actions import Reject, Requests, Withdraw
from tests.live.account import STAKE, ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.ledger import state
from tests.live.modes import in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions, wait_for_lock

RISKKIT = {"circuit_breaker": {"daily_loss": {"limit": 0.05}, "drawdown": {"limit": 0.2}}}
A_LOOK_AND_MORE = 90.0
"""The history is read once a minute."""


@in_live("D14")
def test_deposit_when_the_bot_runs_then_no_loss_is_hidden_and_limits_follow(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    """10,000 USDT, of which 300 are lost; with 10,000 more the day's 5 % are 1,000, and 300 stay lost."""
    bot = start_bot(riskkit=RISKKIT)
    open_positions(bot, *PAIRS[:3])
    close_position(bot, prices, PAIRS[0], 70.0)
    standing = when_equity(bot, 9_700)
    assert (standing["peak"], standing["day_loss"]) == (10_000, 300)

    account.deposit(10_000)
    standing = when_equity(bot, 19_700)
    assert (standing["peak"], standing["day_loss"]) == (20_000, 300)
    assert figure(standing, "daily_loss")["limit"] == pytest.approx(1_000)
    assert figure(standing, "drawdown")["value"] == pytest.approx(300 / 20_000)

    close_position(bot, prices, PAIRS[1], 45.0)
    standing = when_equity(bot, 19_150)
    assert (standing["breaker"], standing["day_loss"]) == ("closed", pytest.approx(850))
    assert bot.lines("LIMIT_NEAR: limit=1000.00 USDT, value=850.00 USDT, rule=DAILY_LOSS_EXCEEDED")
    close_position(bot, prices, PAIRS[2], 80.0)
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=1000.00 USDT, value=1050.00 USDT")
    assert bot.loops()["status"]["peak"] == 20_000
    assert not bot.lines("CASH_FLOW_UNEXPLAINED")


@in_live("D14")
def test_flows_when_the_bot_was_killed_then_taken_in_once_and_half_of_them_for_half_of_the_balance(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    """A bot that may use half: 5,000; then half of it is taken out, which is no loss of the day."""
    bot = start_bot(riskkit=RISKKIT, config={"tradable_balance_ratio": 0.5})
    open_positions(bot, *PAIRS[:2])
    when_equity(bot, 5_000)
    bot.kill()
    account.withdraw(6_000)
    account.deposit(1_000)
    bot.start()
    standing = when_equity(bot, 2_500)
    assert (standing["breaker"], standing["peak"], standing["day_loss"]) == ("closed", 2_500, 0)
    assert len(bot.lines("A withdrawal of 6000.00 USDT")) == 1
    assert len(bot.lines("A deposit of 1000.00 USDT")) == 1

    bot.restart()
    again = when_equity(bot, 2_500)
    assert (again["breaker"], again["peak"], again["day_loss"]) == ("closed", 2_500, 0)
    assert len(bot.lines("is no profit or loss")) == 2
    assert bot.rest.locks_on_all_pairs() == []
    close_position(bot, prices, PAIRS[0], 88.0)
    assert when_equity(bot, 2_380)["breaker"] == "closed"
    close_position(bot, prices, PAIRS[1], 99.0)
    wait_for_lock(bot, "DAILY_LOSS_EXCEEDED: limit=125.00 USDT, value=130.00 USDT")
    assert told(bot)["peak"] == 2_500


@in_live("D14")
def test_fall_when_nothing_explains_it_then_alerted_once_and_no_loss(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    """It has to last for a minute, since orders in flight make short ones.

    What fell before the wallet was first read can't be known.
    """
    bot = start_bot(riskkit=RISKKIT)
    open_positions(bot, PAIRS[0])
    when_equity(bot, 10_000)
    bot.wait_for("the first look at the wallet", lambda: state(bot.ledger)["cash"]["memory"])
    account.perform(Withdraw(account="main", asset=STAKE, amount=Decimal(3_000), listed=False))
    bot.restart()
    alert = r"CASH_FLOW_UNEXPLAINED: limit=100\.00 USDT, value=3000\.00 USDT, neither trades nor"
    bot.wait_for("the alert", lambda: bot.lines(alert), seconds=2 * A_LOOK_AND_MORE)
    standing = bot.loops()["status"]
    assert (standing["breaker"], standing["equity"], standing["day_loss"]) == ("closed", 10_000, 0)

    bot.restart()
    open_positions(bot, PAIRS[1])
    assert len(bot.lines("WARNING - CASH_FLOW_UNEXPLAINED")) == 1
    assert bot.loops()["status"]["breaker"] == "closed"


@in_live("D14")
def test_history_when_it_is_refused_then_said_once_and_shown_until_it_can_be_read(
    start_bot: StartBot, account: ExchangeAccount
) -> None:
    refused = "You are not authorized to execute this request."
    account.perform(Reject(requests=Requests.WALLET, count=None, code=-1002, message=refused))
    bot = start_bot(riskkit=RISKKIT)
    bot.when("the trouble", lambda seen: seen["status"]["data"] and seen["status"]["data"]["cash_trouble"])
    bot.loops()
    trouble = told(bot)["data"]["cash_trouble"]
    assert trouble.startswith("deposits and withdrawals can't be read (refused)")
    assert refused in trouble
    assert trouble in " ".join(bot.command("status").stdout.split())
    open_positions(bot, PAIRS[0])

    account.deposit(2_000)
    account.server.exchange.faults.clear()
    standing = when_equity(bot, 12_000)
    assert standing["data"]["cash_trouble"] is None
    assert (standing["peak"], standing["day_loss"]) == (12_000, 0)
    assert len(bot.lines("WARNING - deposits and withdrawals can't be read")) == 1
    assert told(bot)["data"]["cash_trouble"] is None


def when_equity(bot: Bot, equity: float) -> dict[str, Any]:
    """Wait until the breaker counts with this equity and give the status then."""
    what = f"an equity of {equity:g}"

    def look() -> dict[str, Any] | None:
        status = bot.seen()["status"] if bot.seen()["loops"] else {"equity": None}
        return status if status["equity"] == pytest.approx(equity) else None

    status: dict[str, Any] = bot.wait_for(what, look, seconds=A_LOOK_AND_MORE)
    return status


def figure(standing: dict[str, Any], rule: str) -> dict[str, Any]:
    """Give a rule's figure."""
    return next(found for found in standing["figures"] if found["rule"] == rule)


def told(bot: Bot) -> dict[str, Any]:
    """Give what `riskkit status` says."""
    done = bot.command("status", "--json")
    assert done.returncode in (0, 1), done.stderr
    status: dict[str, Any] = json.loads(done.stdout)
    return status
