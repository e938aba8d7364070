"""`riskkit.protections`: what Freqtrade couldn't count with is refused before Freqtrade is given it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from freqtrade_riskkit.config import load
from tests.unit.config.sections import problems


@pytest.mark.parametrize(
    ("protection", "line"),
    [
        (
            {"method": "RiskKitCircuitBreaker"},
            'must be one of Freqtrade\'s own protections, was "RiskKitCircuitBreaker" '
            '(the section "circuit_breaker": {} switches the breaker on)',
        ),
        (
            {"method": "RiskKitOrderTracking"},
            'must be one of Freqtrade\'s own protections, was "RiskKitOrderTracking" '
            '(the section "order_tracking": {} switches order tracking on)',
        ),
        (
            {},
            'must be a Freqtrade protection with its "method", like {"method": "CooldownPeriod", …}, '
            "was a section",
        ),
        ("CooldownPeriod", 'must be a section {…}, was "CooldownPeriod"'),
    ],
)
def test_protection_when_it_is_none_of_freqtrades_then_refused(protection: object, line: str) -> None:
    found = problems({"protections": [{"method": "StoplossGuard"}, protection]})
    assert found == (f"riskkit.protections[1] {line}",)


MINUTES = "a whole number of minutes in [1, 525600]"
CANDLES = "a whole number of candles in [1, 100000]"
COUNT = "a whole number in [1, 1000000]"
TIME = 'a time of day in UTC like "00:00" or "18:30"'


@pytest.mark.parametrize(
    ("method", "key", "value", "line"),
    [
        ("CooldownPeriod", "stop_duration", "x", f'{MINUTES}, was "x"'),
        ("CooldownPeriod", "stop_duration", "60", f'{MINUTES}, was "60" (write it without quotes)'),
        ("CooldownPeriod", "stop_duration", -5, f"{MINUTES}, was -5"),
        ("CooldownPeriod", "stop_duration", 0, f"{MINUTES}, was 0"),
        pytest.param("CooldownPeriod", "stop_duration", 10**400, f"{MINUTES}, was a huge number", id="huge"),
        ("CooldownPeriod", "stop_duration", None, f"{MINUTES}, was null"),
        ("CooldownPeriod", "stop_duration", True, f"{MINUTES}, was true"),
        ("CooldownPeriod", "stop_duration", math.nan, f"{MINUTES}, was NaN"),
        ("CooldownPeriod", "stop_duration_candles", -2, f"{CANDLES}, was -2"),
        ("CooldownPeriod", "stop_duration_candles", 1.5, f"{CANDLES}, was 1.5"),
        ("CooldownPeriod", "unlock_at", "25:99", f'{TIME}, was "25:99" (quoted, HH:MM)'),
        ("CooldownPeriod", "unlock_at", 7, f"{TIME}, was 7 (quoted, HH:MM)"),
        ("CooldownPeriod", "unlock_at", None, f"{TIME}, was null (quoted, HH:MM)"),
        ("StoplossGuard", "lookback_period", "day", f'{MINUTES}, was "day"'),
        ("StoplossGuard", "lookback_period_candles", 0, f"{CANDLES}, was 0"),
        ("StoplossGuard", "trade_limit", "x", f'{COUNT}, was "x"'),
        ("StoplossGuard", "trade_limit", 0, f"{COUNT}, was 0"),
        ("StoplossGuard", "required_profit", "low", 'a number in [-1000, 1000], was "low"'),
        ("StoplossGuard", "only_per_pair", "yes", 'true or false, was "yes"'),
        ("StoplossGuard", "only_per_side", 1, "true or false, was 1"),
        ("LowProfitPairs", "trade_limit", [2], f"{COUNT}, was a list"),
        ("LowProfitPairs", "required_profit", math.inf, "in [-1000, 1000], was Infinity"),
        ("LowProfitPairs", "only_per_side", None, "true or false, was null"),
        ("MaxDrawdown", "trade_limit", None, f"{COUNT}, was null"),
        ("MaxDrawdown", "max_allowed_drawdown", 20, "in [0, 1], was 20 (for 20 % write 0.2)"),
        (
            "MaxDrawdown",
            "max_allowed_drawdown",
            -0.2,
            "in [0, 1], was -0.2 (a loss is written as a positive ratio: 0.2)",
        ),
        ("MaxDrawdown", "calculation_mode", "balance", '"ratios" or "equity", was "balance"'),
        ("ProtectionOfAPlugin", "stop_duration", "x", f'{MINUTES}, was "x"'),
    ],
)
def test_protection_when_freqtrade_could_not_count_with_a_value_then_refused(
    method: str, key: str, value: object, line: str
) -> None:
    found = problems({"protections": [{"method": "StoplossGuard"}, {"method": method, key: value}]})
    assert found == (f"riskkit.protections[1].{key} must be {line}",)


def test_protection_when_many_values_are_wrong_then_all_are_told_at_once() -> None:
    guard = {"method": "StoplossGuard", "trade_limit": "x", "stop_duration": -1}
    found = problems({"mode": "on", "protections": [guard, {"method": "CooldownPeriod", "unlock_at": "9"}]})
    assert [line.split()[0] for line in found] == [
        "riskkit.mode",
        "riskkit.protections[0].stop_duration",
        "riskkit.protections[0].trade_limit",
        "riskkit.protections[1].unlock_at",
    ]


@pytest.mark.parametrize(
    "protection",
    [
        {"method": "CooldownPeriod", "unlock_at": "7:05"},
        {"method": "LowProfitPairs", "required_profit": -0.05, "only_per_side": True, "trade_limit": 2},
        {"method": "MaxDrawdown", "max_allowed_drawdown": 0.2, "calculation_mode": "equity"},
        {"method": "ProtectionOfAPlugin", "trade_limit": "a word of its own", "stop_duration": 5},
    ],
)
def test_protection_when_its_values_are_of_use_then_handed_on_as_written(protection: dict[str, Any]) -> None:
    assert load({"protections": [protection]}).config.protections == (protection,)
