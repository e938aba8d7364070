"""Deposits and withdrawals move what a live drawdown is held against: in metrics, warning and report."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions

RISKKIT = {
    "circuit_breaker": {"daily_loss": None, "loss_streak": None, "drawdown": {"limit": 0.9}},
    "alerts": {"drawdown": 0.1, "expectancy_every": None},
}
A_LOOK_AND_MORE = 90.0
"""The history of deposits and withdrawals is read once a minute."""


@in_live("A3", "A8")
def test_drawdown_when_money_goes_and_comes_then_bot_warning_and_report_hold_it_against_the_same(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    """10,100, of which 3,000 go: 500 lost are 0.0704 of the peak, 300 more make it 0.1127.

    Held against what there was before, both would be less than a tenth. With 10,000 more they are 0.047.
    """
    bot = start_bot(riskkit=RISKKIT, config={"stake_amount": 1000})
    open_positions(bot, *PAIRS[:5])
    close_position(bot, prices, PAIRS[0], 110.0)
    assert standing(bot, 1) == pytest.approx((10_100, 0, 0))

    account.withdraw(3_000)
    when_equity(bot, 7_100)
    assert standing(bot, 1) == pytest.approx((10_100, 0, 0))  # of the last close
    close_position(bot, prices, PAIRS[1], 50.0)
    assert standing(bot, 2) == pytest.approx((7_100, 500 / 7_100, 500 / 7_100))
    assert warnings(bot) == []
    close_position(bot, prices, PAIRS[2], 70.0)
    assert standing(bot, 3) == pytest.approx((7_100, 800 / 7_100, 800 / 7_100))
    bot.wait_for("the warning", lambda: warnings(bot))

    bot.restart()
    assert standing(bot, 3) == pytest.approx((7_100, 800 / 7_100, 800 / 7_100))
    account.deposit(10_000)
    when_equity(bot, 16_300)
    close_position(bot, prices, PAIRS[3], 99.0)
    assert standing(bot, 4) == pytest.approx((17_100, 810 / 17_100, 800 / 7_100))
    (warning,) = warnings(bot)
    assert "DRAWDOWN_WARNING: limit=0.1000, value=0.1127" in warning

    bot.restart()
    close_position(bot, prices, PAIRS[4], 100.0)
    assert standing(bot, 5) == pytest.approx((17_100, 810 / 17_100, 800 / 7_100))
    assert len(warnings(bot)) == 1
    assert bot.seen()["metrics"]["net_profit"] == pytest.approx(-710)
    assert "Traceback" not in bot.log()


def standing(bot: Bot, trades: int) -> tuple[float, float, float]:
    """Give peak, current and largest drawdown after some trades; all metrics have to be the report's."""
    bot.when("the trades", lambda seen: seen["metrics"]["trades"] == trades)
    metrics = bot.loops()["metrics"]
    done = bot.command("report", "--json")
    assert done.returncode == 0, done.stderr
    reported = json.loads(done.stdout)["metrics"]
    assert reported == {
        name: value if value is None else pytest.approx(value, rel=1e-9) for name, value in metrics.items()
    }
    return metrics["peak_equity"], metrics["current_drawdown"], metrics["max_drawdown"]


def when_equity(bot: Bot, equity: float) -> dict[str, Any]:
    """Wait until the bot counts with this equity."""

    def look() -> dict[str, Any] | None:
        seen = bot.seen()
        return seen if seen["loops"] and seen["status"]["equity"] == pytest.approx(equity) else None

    seen: dict[str, Any] = bot.wait_for(f"an equity of {equity:g}", look, seconds=A_LOOK_AND_MORE)
    return seen


def warnings(bot: Bot) -> list[str]:
    """Give the kit's own lines of the log that warn of the drawdown."""
    return bot.lines("freqtrade_riskkit - WARNING - DRAWDOWN_WARNING")
