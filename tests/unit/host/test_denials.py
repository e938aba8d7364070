"""Denials are counted and told once a candle, pair and reason."""

from __future__ import annotations

import logging

import pytest

from freqtrade_riskkit.core.decisions import Code, Decision, Unit
from freqtrade_riskkit.host.denials import Denials

FULL = Decision(False, Code.POSITION_LIMIT, 2, 2, Unit.COUNT)
SOON = Decision(False, Code.ENTRY_COOLDOWN, 30, 5, Unit.SECONDS)
HELD = Decision(True, Code.CAPITAL_FRAGMENTED, 0.3, 0.4, Unit.RATIO)


def test_denials_when_repeated_within_a_candle_then_counted_once_for_each_pair_and_code() -> None:
    denials = Denials("USDT", logging.INFO, would=False)
    for _ in range(3):
        denials.deny("BTC/USDT", FULL, candle=1)
        denials.deny("ETH/USDT", FULL, candle=1)
        denials.deny("BTC/USDT", SOON, candle=1)
        denials.warn("BTC/USDT", HELD, candle=1)
    denials.deny("BTC/USDT", FULL, candle=2)

    assert denials.denied == {"POSITION_LIMIT": 3, "ENTRY_COOLDOWN": 1}
    assert denials.warned == {"CAPITAL_FRAGMENTED": 1}


@pytest.mark.parametrize(("would", "verb"), [(False, "denied"), (True, "would be denied")])
def test_denial_when_told_then_with_pair_code_and_numbers_at_the_level_given(
    caplog: pytest.LogCaptureFixture, would: bool, verb: str
) -> None:
    with caplog.at_level(logging.DEBUG, "freqtrade_riskkit.denials"):
        Denials("USDT", logging.DEBUG, would).deny("BTC/USDT", FULL, candle=1)

    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert record.message == f"Entry on BTC/USDT {verb}: POSITION_LIMIT: limit=2, value=2"
