"""What keeps a bot with positions from being refused: no way in which its section can't be read raises."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import OperationalException
from freqtrade.resolvers import ProtectionResolver

from freqtrade_riskkit.host import start

PASSWORD = "hunter2"


def strategy(section: object, tmp_path: Path, **attributes: Any) -> Any:
    """Make what stands for a strategy about to be backtested."""
    config = {"runmode": RunMode.BACKTEST, "riskkit": section, "user_data_dir": tmp_path}
    return SimpleNamespace(config=config, timeframe="5m", **attributes)


def test_problems_when_reading_fails_in_a_way_nobody_foresaw_then_its_place_is_told_and_not_its_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*args: object) -> None:
        raise KeyError(PASSWORD)

    monkeypatch.setattr(start, "load", fail)

    with pytest.raises(OperationalException) as refused:
        start.check_early(strategy({}, tmp_path))

    assert "riskkit can't be read: KeyError in test_start.py, line" in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_problems_when_the_parameters_are_no_dict_then_one_of_them(tmp_path: Path) -> None:
    found = start._problems(strategy({}, tmp_path, riskkit_parameters=["entry.enabled"]))

    assert len(found) == 1
    assert found[0].startswith("riskkit_parameters of the strategy must be a dict")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("raise TypeError('no\\nway')", "OfAPlugin can't be built: TypeError: no way"),
        ("super().__init__(config, {'lookback_period': 'x'})", "OfAPlugin can't be built: ValueError: "),
    ],
)
def test_problems_when_a_plugins_protection_can_not_be_built_then_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, problem: str
) -> None:
    source = (
        "from freqtrade.plugins.protections import IProtection\n\n\n"
        "class OfAPlugin(IProtection):\n"
        "    def __init__(self, config, protection_config):\n"
        f"        {body}\n"
        "    def short_desc(self): ...\n"
        "    def global_stop(self, date_now, side, starting_balance): ...\n"
        "    def stop_per_pair(self, pair, date_now, side, starting_balance): ...\n"
    )
    (tmp_path / "of_a_plugin.py").write_text(source, encoding="utf-8")
    (tmp_path / "broken.py").write_text("raise ValueError('of no concern')\n", encoding="utf-8")
    _search_also(monkeypatch, tmp_path)

    found = start._problems(strategy({"protections": [{"method": "OfAPlugin"}]}, tmp_path))

    assert len(found) == 1
    assert found[0].startswith(f"riskkit.protections[0]: {problem}")


def _search_also(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    original = ProtectionResolver.build_search_paths
    monkeypatch.setattr(
        ProtectionResolver,
        "build_search_paths",
        lambda *args, **kwargs: [*original(*args, **kwargs), folder, folder / "missing"],
    )
