"""What was put into a live account stays the same while its bot trades, as the exchange's own wallet says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from freqtrade_riskkit.practice import AccountSpec
from freqtrade_riskkit.practice.actions import PartialFill
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from tests.live.account import ExchangeAccount
from tests.live.bot import Bot
from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_live
from tests.live.prices import SteeredPrices
from tests.live.steps import close_position, open_positions
from tests.live.strategies import puppet

SHOWS_CASH = """
position_adjustment_enable = True

def show(self, seen):
    from freqtrade_riskkit.host.cash_watch import cash_figures
    self.wallets.update()
    figures = cash_figures(
        self.wallets.get_total("USDT"),
        Trade.get_open_trades(),
        Trade.get_total_closed_profit(),
        is_futures=False,
    )
    seen = {**seen, "put_in": figures.put_in, "equity": figures.equity}
    fresh = self.folder / "seen.json.new"
    fresh.write_text(json.dumps(seen, default=str))
    fresh.replace(self.folder / "seen.json")
"""
FEE = 0.001


@pytest.fixture
def accounts() -> tuple[AccountSpec, ...]:
    return (AccountSpec("main", {"USDT": Decimal(10_000)}, FeeSchedule()),)


@in_live()
def test_what_was_put_in_when_a_live_bot_trades_in_every_way_then_only_flows_move_it(
    start_bot: StartBot, account: ExchangeAccount, prices: SteeredPrices
) -> None:
    """With real fees, which a buy pays in coins: half a USDT is a twentieth of a percent of a position."""
    types = {"entry": "limit", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False}
    bot = start_bot(puppet(SHOWS_CASH), config={"order_types": types})
    assert put_in(bot) == 10_000

    open_positions(bot, *PAIRS[:4])
    assert put_in(bot) == pytest.approx(10_000, abs=0.5)
    bot.hold(limit={PAIRS[4]: 99.0}, enter=[PAIRS[4]])
    bot.wait_for("an order that waits", lambda: PAIRS[4] in bot.open_pairs())
    assert put_in(bot) == pytest.approx(10_000, abs=0.5)

    # A part of another order fills and hangs; a position is added to, and one reduced.
    account.perform(PartialFill(share=Decimal("0.4")))
    bot.hold(enter=[PAIRS[5]])
    bot.wait_for("the part", lambda: any(0 < order.filled < order.amount for order in account.orders()))
    assert put_in(bot) == pytest.approx(10_000, abs=0.5)
    bot.hold(adjust={PAIRS[0]: 500.0})
    bot.wait_for("the addition", lambda: stakes(bot)[PAIRS[0]] > 1400)
    bot.hold()
    assert put_in(bot) == pytest.approx(10_000, abs=1)
    prices.set(107.0, PAIRS[1])
    bot.hold(adjust={PAIRS[1]: -500.0})
    bot.wait_for("the partial exit", lambda: stakes(bot)[PAIRS[1]] < 600)
    bot.hold()
    assert put_in(bot) == pytest.approx(10_000, abs=1)

    close_position(bot, prices, PAIRS[1], 111.0)
    close_position(bot, prices, PAIRS[2], 80.0)
    seen = bot.loops()
    assert seen["put_in"] == pytest.approx(10_000, abs=1)
    assert seen["equity"] < 9_900

    account.deposit(750)
    account.withdraw(250)
    assert put_in(bot) == pytest.approx(10_500, abs=1)


def put_in(bot: Bot) -> float:
    """Give the figure once whole loops have run."""
    seen: dict[str, Any] = bot.loops()
    return float(seen["put_in"])


def stakes(bot: Bot) -> dict[str, float]:
    """Give the stake of each open position."""
    return {trade["pair"]: trade["stake_amount"] for trade in bot.rest.open_trades()}
