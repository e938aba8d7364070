"""The demo's folder and the files that it ships."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import rapidjson

from freqtrade_riskkit.cli.demo.folder import SHIPPED, DemoFolder, prepare
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.config import BreakerConfig, load
from freqtrade_riskkit.practice import shipped_candles

RUNS = ("off", "on")
REPOSITORY = Path(__file__).parents[3]


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shipped_section(name: str) -> dict[str, object]:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    section: dict[str, object] = rapidjson.loads(text, parse_mode=rapidjson.PM_COMMENTS)["riskkit"]
    return section


def test_prepare_when_the_folder_is_new_then_all_that_freqtrade_needs_is_in_it(tmp_path: Path) -> None:
    """Also where the path has spaces and its parent isn't there yet."""
    folder, changed = prepare(tmp_path / "a new" / "demo folder", RUNS)
    assert changed == ()
    assert folder.strategy.read_bytes() == (SHIPPED / "riskkit_demo.py").read_bytes()
    assert json.loads(folder.config.read_text(encoding="utf-8"))["dry_run"] is True
    assert {path.name for path in folder.candles.iterdir()} == {
        "BTC_USDT-1h.feather",
        "ETH_USDT-1h.feather",
    }
    assert (folder.candles / "BTC_USDT-1h.feather").read_bytes() == (
        shipped_candles() / "BTC_USDT-1h.feather"
    ).read_bytes()
    assert all(folder.kit_config(run).is_file() for run in RUNS)


def test_prepare_when_done_before_then_the_same_again(tmp_path: Path) -> None:
    first, _ = prepare(tmp_path / "demo", RUNS)
    before = files_in(first.root)
    second, changed = prepare(tmp_path / "demo", RUNS)
    assert (second, changed) == (first, ())
    assert files_in(second.root) == before


def test_prepare_when_a_file_was_changed_then_it_stays_and_is_named(tmp_path: Path) -> None:
    """The folder is there to try things out in."""
    folder, _ = prepare(tmp_path / "demo", RUNS)
    folder.kit_config("on").write_text('{"riskkit": {}}', encoding="utf-8")
    folder.strategy.write_text("# mine", encoding="utf-8")
    _, changed = prepare(tmp_path / "demo", RUNS)
    assert set(changed) == {folder.kit_config("on"), folder.strategy}
    assert folder.strategy.read_text(encoding="utf-8") == "# mine"


def test_prepare_when_a_file_is_gone_then_it_is_shipped_again(tmp_path: Path) -> None:
    folder, _ = prepare(tmp_path / "demo", RUNS)
    folder.config.unlink()
    shutil.rmtree(folder.candles)
    _, changed = prepare(tmp_path / "demo", RUNS)
    assert changed == ()
    assert folder.config.is_file()
    assert len(list(folder.candles.iterdir())) == 2


def test_prepare_when_the_folder_is_somebody_elses_then_refused_and_untouched(tmp_path: Path) -> None:
    """A real user directory with real candles in it must not be written over."""
    own = tmp_path / "user_data" / "data" / "binance" / "BTC_USDT-1h.feather"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    before = files_in(tmp_path)
    with pytest.raises(Refused, match=r"holds other files .* --dir"):
        prepare(tmp_path, RUNS)
    assert files_in(tmp_path) == before


def test_prepare_when_the_folder_is_empty_then_taken(tmp_path: Path) -> None:
    assert prepare(tmp_path, RUNS)[0] == DemoFolder(tmp_path)


def test_prepare_when_the_path_is_a_file_then_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("", encoding="utf-8")
    with pytest.raises(Refused, match=r"can't prepare .*demo: File exists; choose another folder"):
        prepare(tmp_path / "demo", RUNS)


def test_strategy_when_it_stands_among_the_examples_then_it_is_the_shipped_one() -> None:
    """A copy, for a link would lead nowhere where user_data alone is mounted, as with Docker."""
    example = REPOSITORY / "user_data" / "strategies" / "riskkit_demo.py"
    assert example.read_bytes() == (SHIPPED / "riskkit_demo.py").read_bytes()


def test_kit_on_when_held_against_the_defaults_then_it_differs_where_the_demo_says_so() -> None:
    """Everything else that the demo shows is what a user gets from an empty section."""
    breaker = load(shipped_section("kit-on.json")).config.circuit_breaker
    assert breaker is not None
    ours, default = breaker.model_dump(), BreakerConfig().model_dump()
    differing = {
        f"{rule}.{key}"
        for rule in ("daily_loss", "drawdown", "loss_streak")
        for key in ours[rule]
        if ours[rule][key] != default[rule][key]
    }
    differing |= {key for key in ours if not isinstance(ours[key], dict) and ours[key] != default[key]}
    assert differing == {"drawdown.reset", "drawdown.stop_duration", "max_trips_per_day"}


def test_kit_off_when_read_then_the_kit_does_nothing() -> None:
    assert load(shipped_section("kit-off.json")).config.mode == "off"
