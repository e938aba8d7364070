"""A strategy's own callbacks in a running bot: none is lost behind the mixin, none gets past its gate."""

from __future__ import annotations

from tests.live.conftest import PAIRS, StartBot
from tests.live.modes import in_dry_run_and_live
from tests.live.prices import SteeredPrices
from tests.live.steps import open_positions
from tests.live.strategies import puppet

REFUSED, TAKEN = PAIRS[:2]
HELPERS = f"""
class Deep:
    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return "enough" if current_profit > 0.05 else None

    def confirm_trade_entry(self, pair, *args, **kwargs):
        return pair != "{REFUSED}"


class Helper(Deep):
    pass


"""
SET_AT_START = """
def _confirm(self, *args, **kwargs):
    return True

def _stake(self, *args, **kwargs):
    return 500.0

def ft_bot_start(self, **kwargs):
    super().ft_bot_start(**kwargs)
    type(self).confirm_trade_entry = type(self)._confirm
    type(self).custom_stake_amount = type(self)._stake
"""


@in_dry_run_and_live()
def test_helper_classes_when_they_have_bases_of_their_own_then_those_confirm_and_exit(
    start_bot: StartBot, prices: SteeredPrices
) -> None:
    """The mixin was put first in ``class Puppet(Helper, IStrategy)``, nothing else."""
    source = puppet().replace("class Puppet(RiskKitMixin, ", HELPERS + "class Puppet(RiskKitMixin, Helper, ")
    bot = start_bot(source, riskkit={})

    open_positions(bot, TAKEN)
    bot.hold(enter=[REFUSED])
    bot.loops(3)
    assert bot.open_pairs() == {TAKEN}
    bot.hold()
    prices.set(110.0, TAKEN)

    bot.wait_for("the exit", lambda: not bot.open_pairs())
    (trade,) = bot.rest.trades()
    assert trade["exit_reason"] == "enough"
    assert "Traceback" not in bot.log()


@in_dry_run_and_live()
def test_callbacks_when_put_on_the_class_of_a_running_bot_then_the_gate_stands_before_them(
    start_bot: StartBot,
) -> None:
    """Both that let an entry in: it is denied while entries are disabled, and made with their stake then."""
    bot = start_bot(puppet(SET_AT_START), riskkit={"entry": {"enabled": False}})
    bot.hold(enter=[TAKEN])
    bot.loops(4)
    assert bot.open_pairs() == set()
    assert "ENTRIES_DISABLED" in bot.log()

    bot.reload({})
    bot.wait_for("the entry", lambda: TAKEN in bot.open_pairs())
    (trade,) = bot.rest.open_trades()
    assert round(trade["stake_amount"]) == 500
    assert "Traceback" not in bot.log()
