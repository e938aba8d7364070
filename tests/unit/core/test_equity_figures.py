"""Peak and falls from equity samples, by hand and beside Freqtrade's wallet figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from freqtrade.data.metrics import calculate_max_drawdown_from_balance
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.core.equity_figures import equity_figures

BEGAN = datetime(2026, 2, 1, tzinfo=UTC)


def samples(*pairs: tuple[float, float]) -> list[EquitySample]:
    """One sample an hour, of equity and peak."""
    return [
        EquitySample(BEGAN + timedelta(hours=number), equity, equity, 0.0, peak, None)
        for number, (equity, peak) in enumerate(pairs)
    ]


def test_figures_when_there_are_samples_then_as_by_hand() -> None:
    """Falls of 20 % of 1000, then of 250 of 1500: deeper in money, not as a fraction."""
    found = equity_figures(samples((1000, 1000), (800, 1000), (1500, 1500), (1250, 1500), (1440, 1500)))
    assert found is not None
    assert (found.samples, found.since, found.until) == (5, BEGAN, BEGAN + timedelta(hours=4))
    assert (found.equity, found.peak, found.lowest, found.highest) == (1440, 1500, 800, 1500)
    assert (found.current_drawdown, found.current_drawdown_abs) == (0.04, 60)
    assert (found.max_drawdown, found.max_drawdown_abs) == (0.2, 250)
    assert found.max_drawdown_at == BEGAN + timedelta(hours=1)


def test_figures_when_money_is_taken_out_then_no_fall() -> None:
    """1000 of which 500 leave: the peak went with them; the 50 lost afterwards are a tenth."""
    found = equity_figures(samples((1000, 1000), (500, 500), (450, 500)))
    assert found is not None
    assert (found.max_drawdown, found.max_drawdown_abs, found.current_drawdown) == (0.1, 50, 0.1)


def test_figures_when_nothing_is_left_to_fall_from_then_whole() -> None:
    found = equity_figures(samples((0, 0), (-5, 0)))
    assert found is not None
    assert (found.max_drawdown, found.max_drawdown_abs) == (1.0, 5)


def test_figures_when_there_are_no_samples_then_none() -> None:
    assert equity_figures([]) is None


@given(st.lists(st.floats(10, 10_000), min_size=2, max_size=50))
def test_drawdown_when_freqtrade_computes_it_from_the_wallet_then_equal(equities: Sequence[float]) -> None:
    """Without cash flows, over the same values."""
    peaks = [max(equities[: number + 1]) for number in range(len(equities))]
    found = equity_figures(samples(*zip(equities, peaks, strict=True)))
    wallet = pd.DataFrame(
        {"date": pd.date_range(BEGAN, periods=len(equities), freq="h"), "total_quote": equities}
    )
    relative = calculate_max_drawdown_from_balance(wallet.copy(), relative=True)
    in_money = calculate_max_drawdown_from_balance(wallet.copy())
    assert found is not None
    assert found.max_drawdown == pytest.approx(relative.relative_account_drawdown, abs=1e-9)
    assert found.max_drawdown_abs == pytest.approx(in_money.drawdown_abs, abs=1e-6)
    assert found.current_drawdown_abs == pytest.approx(in_money.current_drawdown_abs, abs=1e-6)
    assert found.current_drawdown == pytest.approx(in_money.current_relative_account_drawdown, abs=1e-9)
