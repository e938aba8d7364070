"""An entry as the gates hand it on."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.entry.request import EntryKind


class Asked(NamedTuple):
    """An entry that is asked about.

    Attributes
    ----------
    enter_tag
        As Freqtrade hands it over; None where there is none.
    trade
        The open trade that the order belongs to, where the asker knows it.
    value
        What the order is worth in stake currency, leverage included; None where it isn't known yet.
    """

    pair: str
    now: datetime
    kind: EntryKind = EntryKind.INITIAL
    enter_tag: str | None = None
    trade: LocalTrade | None = None
    value: float | None = None
