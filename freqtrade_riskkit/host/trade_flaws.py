"""Why a closed trade of a bot's database can't be taken in."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.trade_rows import named
from freqtrade_riskkit.host.translation import finished_orders, trade_record, utc

_NEEDED = ("close_rate", "close_profit_abs")
_NOBODY = "-"


class OddClose(NamedTuple):
    """A closed trade that can't be taken in.

    Attributes
    ----------
    pair, entry_at, exit_at
        Which one.
    flaw
        What is wrong with it and how to mend it; it names the trade.
    """

    pair: str
    entry_at: datetime
    exit_at: datetime
    flaw: str


def odd_close(trade: LocalTrade) -> OddClose | None:
    """Say what is wrong with a trade that has closed at a date; None where it can be taken in.

    It is taken in on trial, so that whatever may refuse it is asked.
    """
    try:
        Performance(_NOBODY, 1.0).take(trade_record(trade, _NOBODY))
        finished_orders(trade)
    except (TypeError, ValueError) as error:
        flaw = named(trade, error)
    else:
        return None
    gaps = [name for name in _NEEDED if getattr(trade, name) is None]
    if gaps:
        flaw += f" (no {', '.join(gaps)})"
    flaw += f"; correct its row in Freqtrade's database, or delete it by Freqtrade's /delete {trade.id}"
    return OddClose(trade.pair, utc(trade.open_date), utc(trade.close_date), flaw)
