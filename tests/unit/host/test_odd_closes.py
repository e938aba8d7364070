"""What is said of closed trades that can't be read."""

from __future__ import annotations

from typing import Any, cast

import pytest

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.odd_closes import OddCloses
from freqtrade_riskkit.host.trade_flaws import OddClose
from freqtrade_riskkit.host.trades import DatabaseTrades
from tests.unit.host.freqtrade_cases import START


@pytest.mark.parametrize(("count", "more"), [(1, ""), (3, ""), (4, "; and 1 more"), (900, "; and 897 more")])
def test_odd_closes_when_there_are_many_then_the_first_are_named_and_the_others_counted(
    count: int, more: str
) -> None:
    trades = DatabaseTrades()
    odd = OddCloses(cast(Any, None), trades)
    assert odd.decide() is None
    odd.complain()

    trades.odd = {key: OddClose("BTC/USDT", START, START, f"trade {key}: odd") for key in range(count)}

    said = "; ".join(f"trade {key}: odd" for key in range(min(count, 3))) + more
    decision = odd.decide()
    assert decision is not None
    assert (decision.allowed, decision.code, decision.detail) == (False, Code.CHECK_FAILED, said)
    with pytest.raises(ValueError, match=f"^{said}$"):
        odd.complain()
