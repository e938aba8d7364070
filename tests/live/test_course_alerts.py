"""A bot tells when its account's course turns bad: once, and again only after it was fine."""

from __future__ import annotations

from contextlib import closing

from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.records import ledger_of
from tests.live.steps import close_position, open_positions

SECTION = {"alerts": {"drawdown": 0.01, "expectancy_every": 3}, "equity_interval_seconds": 1}


@in_dry_run_and_live("A8")
def test_course_when_it_crosses_a_limit_then_told_once_also_over_a_restart(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """Positions of 1,000; each loss of a tenth takes 100 of 10,000."""
    bot = start_bot(riskkit=SECTION, config={"stake_amount": 1000})
    open_positions(bot, *PAIRS[:6])
    close_position(bot, prices, PAIRS[0], 95.0)
    bot.loops()
    assert told(bot, "DRAWDOWN_WARNING") == 0
    close_position(bot, prices, PAIRS[1], 90.0)
    bot.wait_for("the warning", lambda: told(bot, "DRAWDOWN_WARNING") == 1)
    assert told(bot, "EXPECTANCY_NEGATIVE") == 0
    close_position(bot, prices, PAIRS[2], 99.0)
    bot.wait_for("the look at three trades", lambda: told(bot, "EXPECTANCY_NEGATIVE") == 1)

    bot.loops()  # a bot that ends between telling and keeping tells again
    bot.restart()
    close_position(bot, prices, PAIRS[3], 99.0)
    bot.loops()
    assert (told(bot, "DRAWDOWN_WARNING"), told(bot, "EXPECTANCY_NEGATIVE")) == (1, 1)

    # Back to a new peak, and down again.
    close_position(bot, prices, PAIRS[4], 130.0)
    bot.loops()
    close_position(bot, prices, PAIRS[5], 80.0)
    bot.wait_for("the second warning", lambda: told(bot, "DRAWDOWN_WARNING") == 2)

    bot.loops()
    with closing(ledger_of(bot)) as ledger:
        codes = [row.code for row in ledger.alerts()]
        assert (codes.count("DRAWDOWN_WARNING"), codes.count("EXPECTANCY_NEGATIVE")) == (2, 1)
        # Without a breaker the equity is sampled too.
        samples = ledger.equity()
    assert samples[-1].equity == 10_000 - 50 - 100 - 10 - 10 + 300 - 200
    assert max(sample.peak for sample in samples) >= 10_130
    assert "Traceback" not in bot.log()


def told(bot: Bot, code: str) -> int:
    """Count the kit's own lines of the log that begin with a code."""
    return len(bot.lines(rf"freqtrade_riskkit - WARNING - {code}"))
