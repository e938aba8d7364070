"""Freqtrade's cache of backtests tells apart what the kit and a strategy's base classes were."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from freqtrade.commands.optimize_commands import setup_optimize_configuration
from freqtrade.enums import RunMode
from freqtrade.optimize.backtest_caching import get_strategy_run_id
from freqtrade.resolvers import StrategyResolver
from freqtrade.strategy import IStrategy

from freqtrade_riskkit import __version__
from freqtrade_riskkit.host import stamp
from tests.support.scripted import scripted, scripted_with_kit
from tests.support.workspace import Workspace

# Named like a module of Python's own, up to the first letters.
BASE = "abcbase"


@pytest.fixture
def shop(workspace: Workspace) -> Iterator[Workspace]:
    workspace.write_strategies(scripted_with_kit("Base"), file=f"{BASE}.py")
    workspace.write_strategies(f"from {BASE} import Base\n\nclass Inherits(Base):\n    pass\n", file="two.py")
    workspace.write_strategies(scripted("Plain"), file="plain.py")
    yield workspace
    sys.modules.pop(BASE, None)


def test_run_id_when_nothing_changed_then_the_same(shop: Workspace) -> None:
    assert _run_id(shop, "Inherits") == _run_id(shop, "Inherits")


def test_run_id_when_a_base_class_is_edited_then_another(shop: Workspace) -> None:
    """The strategy's own file is as it was."""
    before = _run_id(shop, "Inherits")
    base = shop.user_data / "strategies" / f"{BASE}.py"
    base.write_text(base.read_text() + "\n# edited\n")

    assert _run_id(shop, "Inherits") != before


def test_run_id_when_the_kit_is_another_version_then_another(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _run_id(shop, "Inherits")
    monkeypatch.setattr(stamp, "__version__", "99.0.0")

    assert _run_id(shop, "Inherits") != before


def test_run_id_when_the_kits_sources_are_others_then_another(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As in a checkout that somebody works in."""
    before = _run_id(shop, "Inherits")
    monkeypatch.setattr(stamp, "_PACKAGE", tmp_path)
    stamp._package_hash.cache_clear()
    after = _run_id(shop, "Inherits")
    stamp._package_hash.cache_clear()

    assert after != before


def test_config_when_stamped_then_it_holds_no_credentials_and_a_plain_strategys_is_untouched(
    shop: Workspace,
) -> None:
    credentials = {"key": "KEYINTHEOPEN", "secret": "SECRETINTHEOPEN"}

    stamped = _load(shop, "Inherits", exchange=credentials).config["riskkit"]
    plain = _load(shop, "Plain", exchange=credentials).config

    assert set(stamped) == {"_kit"}
    assert stamped["_kit"].startswith(f"no section: {__version__} ")
    assert "INTHEOPEN" not in str(stamped)
    assert "riskkit" not in plain


@pytest.mark.parametrize(
    ("text", "keys", "begins"),
    [('{"mode": "observe"}', {"mode", "_kit"}, __version__), ("null", {"_kit"}, "no section: ")],
)
def test_config_when_a_variable_holds_the_section_as_text_then_stamped_all_the_same(
    shop: Workspace, monkeypatch: pytest.MonkeyPatch, text: str, keys: set[str], begins: str
) -> None:
    """Else Freqtrade's cache would not tell one version of the kit from another."""
    monkeypatch.setenv("FREQTRADE__RISKKIT", text)

    stamped = _load(shop, "Inherits").config["riskkit"]

    assert set(stamped) == keys
    assert stamped["_kit"].startswith(begins)


def _run_id(workspace: Workspace, name: str) -> str:
    return get_strategy_run_id(_load(workspace, name))


def _load(workspace: Workspace, name: str, **overrides: dict) -> IStrategy:
    config = workspace.write_config(pairs=["BTC/USDT"], timeframe="1h", overrides=overrides)
    arguments = {"config": [str(config)], "user_data_dir": str(workspace.user_data), "strategy": name}
    return StrategyResolver.load_strategy(setup_optimize_configuration(arguments, RunMode.BACKTEST))
