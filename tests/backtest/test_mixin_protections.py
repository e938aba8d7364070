"""Protections come together from the strategy, the config and the kit, however a strategy states its own.

One loss, closed at 02:00, calls for three locks: the pair's, by the strategy's CooldownPeriod of one hour;
the pair's, by the config's, of two; and the kit's on all pairs.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from freqtrade.exceptions import OperationalException

from tests.support import candles
from tests.support.backtest import BacktestRun
from tests.support.scripted import scripted

pytestmark = pytest.mark.timeout(120)

PAIR = "BTC/USDT"
FALLING = {PAIR: candles.from_opens([100.0, 100.0, 90.0] + [90.0] * 9)}
ONE_LOSS = {PAIR: {"enter": ["2024-01-01 01:00"], "exit": ["2024-01-01 02:00"]}}
BREAKER = {"daily_loss": None, "drawdown": None, "loss_streak": {"limit": 1}, "cooldown_minutes": 0}
BOTH = {
    "circuit_breaker": BREAKER,
    "protections": [{"method": "CooldownPeriod", "stop_duration": 120}],
}
OWN, CONFIGS, KITS = "60 minutes", "120 minutes", "CONSECUTIVE_LOSSES_EXCEEDED"

SHAPES = """
LISTED = [{"method": "CooldownPeriod", "stop_duration": 60}]

class Listed(Plain):
    protections = LISTED

class Computed(Plain):
    @property
    def protections(self):
        return [{"method": "CooldownPeriod", "stop_duration": 60}]

class AsAttribute(RiskKitMixin, Plain):
    protections = LISTED

class AsProperty(RiskKitMixin, Plain):
    @property
    def protections(self):
        return [{"method": "CooldownPeriod", "stop_duration": 60}]

class AsPropertyWithSuper(AsAttribute):
    @property
    def protections(self):
        return [*super().protections]

class BeforeTheMixin(Listed, RiskKitMixin):
    pass

class BehindTheMixin(RiskKitMixin, Computed):
    pass

class Diamond(Bare, Listed):
    pass

class SubclassOfSubclass(AsProperty):
    pass

class SetInBotStart(RiskKitMixin, Plain):
    def bot_start(self, **kwargs):
        self.protections = LISTED

class AppendedInBotStart(RiskKitMixin, Plain):
    def bot_start(self, **kwargs):
        self.protections.append(*LISTED)

class AddedInBotStart(AsAttribute):
    protections = []

    def bot_start(self, **kwargs):
        self.protections += LISTED

class SetInInit(RiskKitMixin, Plain):
    def __init__(self, config):
        super().__init__(config)
        self.protections = LISTED
"""
WITH_OWN = [
    "AsAttribute",
    "AsProperty",
    "AsPropertyWithSuper",
    "BeforeTheMixin",
    "BehindTheMixin",
    "Diamond",
    "SubclassOfSubclass",
    "SetInBotStart",
    "AppendedInBotStart",
    "AddedInBotStart",
    "SetInInit",
]
SOURCE = (
    scripted("Plain", imports="from freqtrade_riskkit import RiskKitMixin\n")
    + "\n\nclass Bare(RiskKitMixin, Plain):\n    pass\n"
    + SHAPES
)

MINUTES, CANDLES = (1, 525_600), (1, 100_000)
AT_THE_ENDS = [
    *({"method": "CooldownPeriod", "stop_duration": end} for end in MINUTES),
    *({"method": "CooldownPeriod", "stop_duration_candles": end} for end in CANDLES),
    *({"method": "CooldownPeriod", "lookback_period": end} for end in MINUTES),
    *({"method": "CooldownPeriod", "unlock_at": end} for end in ("0:0", "23:59")),
    *({"method": "LowProfitPairs", "trade_limit": 1, "required_profit": end} for end in (-1000, 1000)),
    {"method": "LowProfitPairs", "trade_limit": 1, "required_profit": 1000, "only_per_side": True},
    *({"method": "MaxDrawdown", "trade_limit": end, "max_allowed_drawdown": 0} for end in (1, 1_000_000)),
    {"method": "MaxDrawdown", "trade_limit": 1, "max_allowed_drawdown": 1, "calculation_mode": "equity"},
    *({"method": "StoplossGuard", "trade_limit": 1, "lookback_period_candles": end} for end in CANDLES),
    {"method": "StoplossGuard", "trade_limit": 1, "required_profit": 1000, "only_per_side": True},
]

Backtests = Callable[..., dict[str, BacktestRun]]


def test_protections_when_stated_in_any_way_then_each_locks_once(backtests: Backtests) -> None:
    """The strategy's own, the config's and the kit's; a plain strategy of the same run has its own alone."""
    runs = backtests(
        SOURCE, FALLING, script=ONE_LOSS, riskkit=BOTH, strategies=[*WITH_OWN, "Bare", "Listed", "Plain"]
    )

    locks = {name: _locks(run) for name, run in runs.items()}
    assert {name: locks[name] for name in WITH_OWN} == {name: [OWN, CONFIGS, KITS] for name in WITH_OWN}
    assert locks["Bare"] == [CONFIGS, KITS]
    assert locks["Listed"] == [OWN]
    assert locks["Plain"] == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"riskkit": {**BOTH, "mode": "off"}}, [OWN], id="off"),
        pytest.param({"riskkit": {**BOTH, "mode": "observe"}}, [OWN], id="observe"),
        pytest.param({"riskkit": None}, [OWN], id="no-section"),
        pytest.param({"riskkit": BOTH, "enable_protections": False}, [], id="no-flag"),
    ],
)
def test_protections_when_the_kit_does_not_act_then_only_the_own_ones_lock(
    backtests: Backtests, options: dict, expected: list[str]
) -> None:
    """In mode off and observe, without a section, and without Freqtrade's flag, where none locks at all."""
    runs = backtests(SOURCE, FALLING, script=ONE_LOSS, strategies=["AsAttribute", "SetInBotStart"], **options)

    assert [_locks(run) for run in runs.values()] == [expected, expected]


def test_protections_when_the_strategy_names_the_kits_then_refused(backtests: Backtests) -> None:
    """One line says where the breaker is switched on instead."""
    source = SOURCE + "\nclass Wrong(Bare):\n    protections = [{'method': 'RiskKitCircuitBreaker'}]\n"

    with pytest.raises(OperationalException, match="^Take RiskKitCircuitBreaker out of .*riskkit"):
        backtests(source, FALLING, script=ONE_LOSS, riskkit=BOTH, strategies=["Wrong"])


def test_protections_when_their_values_are_the_least_or_most_then_freqtrade_can_count_with_them(
    backtests: Backtests,
) -> None:
    """What the section takes ends neither a bot nor a backtest when a trade closes."""
    runs = backtests(
        SOURCE,
        FALLING,
        script={PAIR: {"enter": ["2024-01-01 01:00"]}},
        config={"stoploss": -0.05},
        riskkit={"protections": AT_THE_ENDS},
        strategies=["Bare"],
    )

    assert list(runs["Bare"].trades["exit_reason"]) == ["stop_loss"]
    assert {lock.pair for lock in runs["Bare"].locks} == {"*", PAIR}


def _locks(run: BacktestRun) -> list[str]:
    """Name what each lock was written for, by the words of its reason."""
    reasons = [lock.reason for lock in run.locks]
    return [name for name in (OWN, CONFIGS, KITS) for reason in reasons if name in reason]
