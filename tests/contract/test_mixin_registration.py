"""The kit makes itself known to Freqtrade once, beside what Freqtrade and other plugins bring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.optimize import backtesting, optimize_reports
from freqtrade.optimize.optimize_reports import optimize_reports as stats
from freqtrade.plugins import protections
from freqtrade.resolvers.pairlist_resolver import PairListResolver
from freqtrade.resolvers.protection_resolver import ProtectionResolver
from freqtrade.rpc import RPC

import freqtrade_riskkit.mixin
from freqtrade_riskkit.host import registration
from freqtrade_riskkit.host.protections_list import SESSION_KEY
from freqtrade_riskkit.host.registration import register

KIT = Path(freqtrade_riskkit.mixin.__file__).parent
OWN = Path(protections.__file__).parent
HOOKED = [
    (ProtectionResolver, "build_search_paths"),
    (PairListResolver, "build_search_paths"),
    (backtesting.Backtesting, "backtest"),
    (backtesting, "store_backtest_results"),
    (optimize_reports, "store_backtest_results"),
    (backtesting, "show_backtest_results"),
    (stats, "generate_strategy_stats"),
    (backtesting.Backtesting, "_enter_trade"),
    (FreqtradeBot, "execute_entry"),
    (FreqtradeBot, "startup"),
    (RPC, "_rpc_add_lock"),
    (FreqtradeBot, "process"),
]


def test_register_when_called_again_then_nothing_changes() -> None:
    """Each hook is the same object as before."""
    before = [vars(owner)[name] for owner, name in HOOKED]

    register()

    assert [vars(owner)[name] for owner, name in HOOKED] == before
    assert _paths(ProtectionResolver) == [OWN, KIT / "protections"]


def test_register_when_another_plugin_came_after_then_it_is_left_in_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The other plugin's wrapper hides the kit's; registering again doesn't stack one more on it."""
    _wrap_as_another_plugin(monkeypatch, tmp_path)
    theirs = vars(ProtectionResolver)["build_search_paths"]

    register()

    assert vars(ProtectionResolver)["build_search_paths"] is theirs
    assert _paths(ProtectionResolver) == [OWN, KIT / "protections", tmp_path]


def test_register_when_another_plugin_came_before_then_both_are_searched(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a process where the kit is imported last."""
    monkeypatch.setattr(ProtectionResolver, registration._DONE, set())
    monkeypatch.delattr(ProtectionResolver, "build_search_paths")
    assert _paths(ProtectionResolver) == [OWN]
    _wrap_as_another_plugin(monkeypatch, tmp_path)

    register()

    assert _paths(ProtectionResolver) == [OWN, tmp_path, KIT / "protections"]


@pytest.mark.parametrize(
    "name", ["CooldownPeriod", "LowProfitPairs", "MaxDrawdown", "StoplossGuard", "RiskKitCircuitBreaker"]
)
def test_protection_when_asked_for_then_freqtrades_own_and_the_kits_resolve(name: str) -> None:
    """Each from its own folder."""

    class Session:
        account_id = "test"

    config: dict[str, Any] = {"timeframe": "1h", "user_data_dir": Path()}
    options = {"method": name, "stop_duration": 60, "lookback_period": 60, SESSION_KEY: Session()}

    loaded = ProtectionResolver.load_protection(name, config, options)

    assert loaded.name == name
    assert ("riskkit" in Path(loaded.__file__).parts[-3]) == name.startswith("RiskKit")


def _paths(resolver: type) -> list[Path]:
    return resolver.build_search_paths({"user_data_dir": Path()}, user_subdir=None, extra_dirs=[])  # type: ignore[attr-defined]


def _wrap_as_another_plugin(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    original = ProtectionResolver.build_search_paths

    def build_search_paths(cls: type, *args: Any, **kwargs: Any) -> list[Path]:
        return [*original(*args, **kwargs), folder]

    monkeypatch.setattr(ProtectionResolver, "build_search_paths", classmethod(build_search_paths))
