"""The equity between closes: a bot's samples, and what its report makes of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.records import ledger_of
from tests.live.steps import close_position, open_positions

FIRST, SECOND = PAIRS[:2]
SECTION = {"equity_interval_seconds": 1}


@in_dry_run_and_live("A4")
def test_equity_when_open_positions_rise_and_fall_then_peak_and_falls_between_closes_as_counted_by_hand(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Ten coins each of two pairs, bought at 100 with 10,000 in the account; no fees.

    Over closed trades there is nothing to see until the first close.
    """
    bot = start_bot(riskkit=SECTION)
    open_positions(bot, FIRST, SECOND)

    prices.set(110.0, FIRST)  # ten coins, ten more each
    assert reported(bot, 10_100) == figures(peak=10_100, fall=0, deepest=0)
    prices.set(90.0, FIRST)
    assert reported(bot, 9_900) == figures(peak=10_100, fall=200, deepest=200)
    prices.set(97.0, SECOND)
    assert reported(bot, 9_870) == figures(peak=10_100, fall=230, deepest=230)
    prices.set(105.0, FIRST)
    assert reported(bot, 10_020) == figures(peak=10_100, fall=80, deepest=230)
    assert closed_trades(bot) == (0, None, 10_000)

    # A peak of open positions outlives a kill, and what they lost from it does.
    bot.kill()
    bot.restart()
    prices.set(104.0, FIRST)
    assert reported(bot, 10_010) == figures(peak=10_100, fall=90, deepest=230)

    # A new peak ends the fall; the deepest stays, in money and of the peak that it was from.
    prices.set(118.0, FIRST)
    assert reported(bot, 10_150) == figures(peak=10_150, fall=0, deepest=230, deepest_from=10_100)
    prices.set(108.0, FIRST)
    assert reported(bot, 10_050) == figures(peak=10_150, fall=100, deepest=230, deepest_from=10_100)

    # A close moves nothing of it: what was lost open is lost now.
    close_position(bot, prices, SECOND, 97.0)
    prices.set(107.0, FIRST)
    assert reported(bot, 10_040) == figures(peak=10_150, fall=110, deepest=230, deepest_from=10_100)
    assert closed_trades(bot) == (1, pytest.approx(30), pytest.approx(10_000))
    assert "Traceback" not in bot.log()


def figures(peak: float, fall: float, deepest: float, deepest_from: float | None = None) -> dict[str, Any]:
    """Count what the report must say of the equity, with each fall as a part of the peak it was from."""
    return {
        "peak": pytest.approx(peak),
        "current_drawdown_abs": pytest.approx(fall),
        "current_drawdown": pytest.approx(fall / peak),
        "max_drawdown_abs": pytest.approx(deepest),
        "max_drawdown": pytest.approx(deepest / (deepest_from or peak)),
    }


def reported(bot: Bot, equity: float) -> dict[str, Any]:
    """Wait for a sample of this equity, and give what `riskkit report` says of the equity then."""

    def sampled() -> bool:
        ledger = ledger_of(bot)
        samples = ledger.equity()
        ledger.close()
        return bool(samples) and samples[-1].equity == pytest.approx(equity)

    bot.wait_for(f"a sample of {equity:g}", sampled)
    said = report(bot)["equity"]
    assert said["equity"] == pytest.approx(equity)
    return {name: said[name] for name in figures(1, 0, 0)}


def closed_trades(bot: Bot) -> tuple[Any, ...]:
    """Give the report's trades, with the fall and the peak over them alone."""
    metrics = report(bot)["metrics"]
    return metrics["trades"], metrics["max_drawdown_abs"], metrics["peak_equity"]


def report(bot: Bot) -> dict[str, Any]:
    done = bot.command("report", "--json")
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said
