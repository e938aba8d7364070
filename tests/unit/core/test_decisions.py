"""How a decision is written: its code first, then its numbers in their unit."""

from __future__ import annotations

import math

import pytest

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision, Unit, format_value


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (50.0, Unit.MONEY, "50.00 USDT"),
        (61.204, Unit.MONEY, "61.20 USDT"),
        (0.0, Unit.MONEY, "0.00 USDT"),
        (0.00123456, Unit.MONEY, "0.001235 USDT"),
        (-0.5, Unit.MONEY, "-0.500000 USDT"),
        (3.0, Unit.COUNT, "3"),
        (math.inf, Unit.COUNT, "inf"),
        (0.05123, Unit.RATIO, "0.0512"),
        (math.nan, Unit.RATIO, "nan"),
        (300.0, Unit.SECONDS, "300 s"),
        (1.5, Unit.NONE, "1.5000"),
    ],
)
def test_value_when_written_then_in_its_unit(value: float, unit: Unit, text: str) -> None:
    assert format_value(value, unit, "USDT") == text


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (
            Decision(False, Code.DAILY_LOSS_EXCEEDED, 50, 61.2, Unit.MONEY),
            "DAILY_LOSS_EXCEEDED: limit=50.00 USDT, value=61.20 USDT",
        ),
        (Decision(False, Code.POSITION_LIMIT, 2, 2, Unit.COUNT), "POSITION_LIMIT: limit=2, value=2"),
        (Decision(False, Code.CHECK_FAILED, detail="no loop yet"), "CHECK_FAILED: no loop yet"),
        (Decision(False, Code.CHECK_FAILED), "CHECK_FAILED"),
        (ALLOWED, "ALLOWED"),
    ],
)
def test_decision_when_written_then_code_numbers_and_words(decision: Decision, text: str) -> None:
    assert decision.message("USDT") == text
