"""Config > preset > profile > default, and what follows from other keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from freqtrade_riskkit.config import ABSENT, KIT_KEY, BreakerConfig, ConfigInvalid, load

LIMIT = "entry.max_open_positions"
HIGH = "entry.max_open_positions_high_confidence"


def values(
    section: Mapping[str, object], *keys: str, parameters: Mapping[str, object] | None = None
) -> dict[str, Any]:
    """Return value and source of some keys."""
    loaded = load(section, parameters)
    found = {}
    for key in keys:
        value: Any = loaded.config
        for part in key.split("."):
            value = getattr(value, part)
        found[key] = (value, loaded.sources[key])
    return found


def problem(section: Mapping[str, object], parameters: Mapping[str, object] | None = None) -> str:
    """Return the only line with which a section is refused."""
    with pytest.raises(ConfigInvalid) as refused:
        load(section, parameters)
    (line,) = refused.value.problems
    return line


def test_load_when_there_is_no_section_then_all_is_off_and_the_absence_is_told() -> None:
    loaded = load(None)
    assert not loaded.present
    assert loaded.config.circuit_breaker is None
    assert loaded.config.order_tracking is None
    assert loaded.config.exits is None
    assert loaded.config.entry.max_open_positions is None
    assert set(loaded.sources.values()) == {"default"}


def test_load_when_only_the_kits_own_mark_is_there_then_the_section_counts_as_absent() -> None:
    assert not load({KIT_KEY: f"{ABSENT}1"}).present
    assert load({KIT_KEY: "1"}).present
    assert load({KIT_KEY: "1", "mode": "observe"}).present


def test_load_when_the_section_is_empty_then_it_is_present() -> None:
    assert load({}).present


def test_load_when_done_then_the_given_section_is_unchanged() -> None:
    section = {
        "entry": {"preset": "moderate"},
        "profile": "micro_cap",
        "circuit_breaker": {"preset": "timed"},
    }
    load(section, {LIMIT: 1})
    assert section == {
        "entry": {"preset": "moderate"},
        "profile": "micro_cap",
        "circuit_breaker": {"preset": "timed"},
    }


@pytest.mark.parametrize(
    ("preset", "normal", "high", "confidence", "alone", "with_positions"),
    [
        ("conservative", 1, 2, 0.95, 60, 600),
        ("moderate", 2, 3, 0.95, 30, 300),
        ("aggressive", 3, 5, 0.90, 30, 180),
    ],
)
def test_entry_preset_when_named_then_brings_its_row(
    preset: str, normal: int, high: int, confidence: float, alone: float, with_positions: float
) -> None:
    source = f"preset {preset}"
    assert values(
        {"entry": {"preset": preset}},
        LIMIT,
        HIGH,
        "entry.high_confidence",
        "entry.cooldown_seconds",
        "entry.cooldown_with_positions_seconds",
    ) == {
        LIMIT: (normal, source),
        HIGH: (high, source),
        "entry.high_confidence": (confidence, source),
        "entry.cooldown_seconds": (alone, source),
        "entry.cooldown_with_positions_seconds": (with_positions, source),
    }


def test_entry_preset_when_a_key_is_written_beside_it_then_the_key_wins() -> None:
    section = {"entry": {"preset": "moderate", "max_open_positions": 1, "cooldown_seconds": None}}
    assert values(section, LIMIT, HIGH, "entry.cooldown_seconds") == {
        LIMIT: (1, "config"),
        HIGH: (3, "preset moderate"),
        "entry.cooldown_seconds": (None, "config"),
    }


def test_entry_preset_when_a_cooldown_is_written_in_candles_then_its_seconds_are_left_out() -> None:
    section = {"entry": {"preset": "moderate", "cooldown_with_positions_candles": 2}}
    assert values(
        section,
        "entry.cooldown_seconds",
        "entry.cooldown_with_positions_seconds",
        "entry.cooldown_with_positions_candles",
    ) == {
        "entry.cooldown_seconds": (30, "preset moderate"),
        "entry.cooldown_with_positions_seconds": (None, "default"),
        "entry.cooldown_with_positions_candles": (2, "config"),
    }


@pytest.mark.parametrize("preset", [None, "moderate"])
def test_high_confidence_limit_when_the_written_limit_is_above_it_then_it_follows(preset: str | None) -> None:
    section = {"entry": {"preset": preset, "max_open_positions": 6}}
    assert values(section, HIGH) == {HIGH: (6, f"follows {LIMIT}")}


def test_high_confidence_limit_when_below_the_limit_then_refused() -> None:
    assert problem({"entry": {"max_open_positions": 3, "max_open_positions_high_confidence": 2}}) == (
        "riskkit.entry.max_open_positions_high_confidence must be at least max_open_positions (3), was 2"
    )
    assert problem({"entry": {"preset": "aggressive", "max_open_positions_high_confidence": 2}}) == (
        "riskkit.entry.max_open_positions_high_confidence must be at least max_open_positions "
        "(3, preset aggressive), was 2"
    )


def test_high_confidence_limit_when_alone_then_refused() -> None:
    assert "needs max_open_positions beside it" in problem(
        {"entry": {"max_open_positions_high_confidence": 2}}
    )


@pytest.mark.parametrize("kind", ["cooldown", "cooldown_with_positions"])
def test_cooldown_when_in_seconds_and_in_candles_then_refused(kind: str) -> None:
    line = problem({"entry": {f"{kind}_seconds": 60, f"{kind}_candles": 1}})
    assert line == (
        f"riskkit.entry.{kind}_seconds and riskkit.entry.{kind}_candles set the same cooldown in two units "
        "(keep one of the two)"
    )


def test_profile_when_in_force_then_its_section_acts_and_says_so() -> None:
    loaded = load({"profile": "micro_cap", "micro_cap": {"max_positions": 2}})
    assert loaded.config.profile_in_force is loaded.config.micro_cap
    assert loaded.sources["micro_cap.max_positions"] == "config"
    assert loaded.sources["micro_cap.enable_dca"] == "profile micro_cap"
    assert loaded.sources["small.max_positions"] == "default"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [("micro_cap", (4, False, False)), ("small", (4, False, False)), ("standard", (6, True, True))],
)
def test_profile_when_named_then_has_its_row(profile: str, expected: tuple[int, bool, bool]) -> None:
    section = load({"profile": profile}).config.profile_in_force
    assert section is not None
    assert (section.max_positions, section.enable_dca, section.allow_multiple_entries_same_pair) == expected


def test_profile_when_none_then_no_section_is_in_force() -> None:
    assert load({"micro_cap": {"max_positions": 1}}).config.profile_in_force is None


def test_standard_profile_when_written_in_part_then_the_rest_is_its_own() -> None:
    assert load({"standard": {"max_positions": 8}}).config.standard.enable_dca


def test_fragmentation_when_micro_cap_is_in_force_then_denies_also_where_tracking_is_not_mentioned() -> None:
    key = "order_tracking.fragmentation_action"
    for section in ({"profile": "micro_cap"}, {"profile": "micro_cap", "order_tracking": {}}):
        assert values(section, key) == {key: ("deny", "profile micro_cap")}
    assert values({"order_tracking": {}}, key) == {key: ("warn", "default")}


def test_fragmentation_when_config_says_otherwise_then_config_wins_over_the_profile() -> None:
    key = "order_tracking.fragmentation_action"
    section = {"profile": "micro_cap", "order_tracking": {"fragmentation_action": "warn"}}
    assert values(section, key) == {key: ("warn", "config")}
    assert load({"profile": "micro_cap", "order_tracking": None}).config.order_tracking is None


def breaker(**section: object) -> BreakerConfig:
    """Return the breaker that a section has in force."""
    loaded = load({"circuit_breaker": section}).config.circuit_breaker
    assert loaded is not None
    return loaded


def test_breaker_when_the_section_is_empty_then_every_rule_is_at_its_default() -> None:
    found = breaker()
    assert found.daily_loss is not None
    assert found.drawdown is not None
    assert found.loss_streak is not None
    daily, drawdown, streak = found.daily_loss, found.drawdown, found.loss_streak
    assert (daily.limit, daily.unlock_at, daily.min_stop_duration, daily.stop_duration, daily.reset) == (
        0.05,
        "00:00",
        240,
        None,
        "auto",
    )
    assert (drawdown.limit, drawdown.reset, drawdown.stop_duration, drawdown.unlock_at) == (
        0.15,
        "manual",
        None,
        None,
    )
    assert (streak.limit, streak.min_loss, streak.stop_duration, streak.unlock_at, streak.reset) == (
        5,
        0,
        60,
        None,
        "auto",
    )
    assert (found.cooldown_minutes, found.max_trips_per_day, found.added_entries, found.warn_at) == (
        15,
        2,
        "block",
        0.8,
    )


def test_breaker_when_the_section_is_empty_then_orders_errors_and_data_are_watched() -> None:
    found = breaker()
    rate, errors, data = found.order_rate, found.errors, found.data
    assert rate is not None
    assert errors is not None
    assert data is not None
    assert (rate.per_minute, rate.per_hour, rate.stop_flood_per_minute) == (10, 100, 60)
    assert errors.limit == 3
    for rule in (rate, errors):
        assert (rule.action, rule.stop_duration, rule.unlock_at, rule.reset) == ("block", 60, None, "auto")
    assert (data.max_mark_age_seconds, data.max_clock_skew_seconds) == (120, 5)
    assert (found.manual.action, found.manual.flag_file, found.manual.pause) == (
        "block",
        "riskkit.halt",
        False,
    )
    assert found.flatten_agreement == 0.01
    assert found.cash_flows is not None
    assert found.cash_flows.read


def test_breaker_when_a_rule_is_null_then_only_that_rule_is_off() -> None:
    found = breaker(drawdown=None)
    assert found.drawdown is None
    assert found.daily_loss is not None


def test_breaker_when_timed_then_every_rule_ends_after_an_hour_and_nothing_latches() -> None:
    found = breaker(preset="timed")
    for rule in (found.daily_loss, found.drawdown, found.loss_streak, found.order_rate, found.errors):
        assert rule is not None
        assert (rule.reset, rule.stop_duration) == ("auto", 60)
    assert found.daily_loss is not None
    assert found.daily_loss.min_stop_duration == 0
    assert (found.cooldown_minutes, found.max_trips_per_day) == (15, None)


def test_breaker_when_timed_and_keys_are_written_then_they_win() -> None:
    found = breaker(
        preset="timed",
        daily_loss={"stop_duration": 30},
        drawdown={"reset": "manual"},
        loss_streak={"unlock_at": "06:00"},
        max_trips_per_day=3,
    )
    assert found.daily_loss is not None
    assert found.drawdown is not None
    assert found.loss_streak is not None
    assert found.daily_loss.stop_duration == 30
    assert (found.drawdown.reset, found.drawdown.stop_duration) == ("manual", None)
    assert (found.loss_streak.unlock_at, found.loss_streak.stop_duration) == ("06:00", None)
    assert found.max_trips_per_day == 3
    assert breaker(preset="timed", drawdown=None).drawdown is None


def test_breaker_when_timed_then_its_source_is_told_and_trips_by_hand_stay_as_they_are() -> None:
    loaded = load({"circuit_breaker": {"preset": "timed", "errors": None}})
    section = loaded.config.circuit_breaker
    assert section is not None
    assert section.errors is None
    assert loaded.sources["circuit_breaker.order_rate.stop_duration"] == "preset timed"
    assert {
        source for key, source in loaded.sources.items() if key.startswith("circuit_breaker.manual.")
    } == {"default"}


@pytest.mark.parametrize("rule", ["loss_streak", "order_rate", "errors"])
def test_rule_when_manual_then_has_no_duration(rule: str) -> None:
    key = f"circuit_breaker.{rule}.stop_duration"
    section = {"circuit_breaker": {rule: {"reset": "manual"}}}
    assert values(section, key) == {key: (None, f"follows circuit_breaker.{rule}.reset")}


@pytest.mark.parametrize("rule", ["order_rate", "errors"])
def test_rule_when_its_end_is_a_time_of_day_then_has_no_duration(rule: str) -> None:
    key = f"circuit_breaker.{rule}.stop_duration"
    section = {"circuit_breaker": {rule: {"unlock_at": "06:00"}}}
    assert values(section, key) == {key: (None, f"follows circuit_breaker.{rule}.unlock_at")}


@pytest.mark.parametrize("rule", ["drawdown", "loss_streak", "order_rate", "errors"])
def test_rule_when_it_has_two_ends_then_refused(rule: str) -> None:
    section = {"reset": "auto", "stop_duration": 60, "unlock_at": "00:00"}
    assert problem({"circuit_breaker": {rule: section}}) == (
        f'riskkit.circuit_breaker.{rule} has both stop_duration and unlock_at ("00:00"): a trip has one end '
        "(keep one of the two)"
    )


def test_daily_loss_when_it_has_a_boundary_and_a_duration_then_both_hold() -> None:
    daily = breaker(daily_loss={"unlock_at": "06:00", "stop_duration": 600}).daily_loss
    assert daily is not None
    assert (daily.unlock_at, daily.stop_duration, daily.min_stop_duration) == ("06:00", 600, 0)


def test_daily_loss_when_the_shortest_trip_is_longer_than_the_trip_then_refused() -> None:
    section = {"stop_duration": 60, "min_stop_duration": 240}
    assert problem({"circuit_breaker": {"daily_loss": section}}) == (
        "riskkit.circuit_breaker.daily_loss.min_stop_duration must be at most stop_duration (60), was 240 "
        "(keep one of the two)"
    )


@pytest.mark.parametrize(
    ("rule", "section"),
    [
        ("drawdown", {"reset": "auto"}),
        ("loss_streak", {"stop_duration": None}),
        ("order_rate", {"stop_duration": None}),
        ("errors", {"stop_duration": None}),
        ("drawdown", {"reset": "auto", "stop_duration": None, "unlock_at": None}),
    ],
)
def test_rule_when_it_resets_by_itself_without_an_end_then_refused(
    rule: str, section: dict[str, object]
) -> None:
    assert problem({"circuit_breaker": {rule: section}}) == (
        f'riskkit.circuit_breaker.{rule}.reset is "auto", but nothing ends a trip '
        '(add "stop_duration" in minutes or "unlock_at", or write "reset": "manual")'
    )


@pytest.mark.parametrize(
    ("rule", "section", "end", "by_default"),
    [
        ("drawdown", {"stop_duration": 60}, "stop_duration", " by default"),
        ("drawdown", {"unlock_at": "00:00"}, "unlock_at", " by default"),
        ("daily_loss", {"reset": "manual", "stop_duration": 60}, "stop_duration", ""),
        ("loss_streak", {"reset": "manual", "stop_duration": 60}, "stop_duration", ""),
        ("order_rate", {"reset": "manual", "unlock_at": "00:00"}, "unlock_at", ""),
        ("errors", {"reset": "manual", "stop_duration": 60}, "stop_duration", ""),
    ],
)
def test_rule_when_a_person_ends_it_and_an_end_is_written_then_refused(
    rule: str, section: dict[str, object], end: str, by_default: str
) -> None:
    assert problem({"circuit_breaker": {rule: section}}) == (
        f'riskkit.circuit_breaker.{rule}.{end} has no effect while reset is "manual"{by_default} '
        f'(add "reset": "auto", or leave {end} out)'
    )


def test_parameter_when_the_strategy_sets_a_key_then_it_wins_over_the_preset() -> None:
    assert values({"entry": {"preset": "moderate"}}, LIMIT, HIGH, parameters={LIMIT: 4}) == {
        LIMIT: (4, "strategy parameter"),
        HIGH: (4, f"follows {LIMIT}"),
    }


def test_parameter_when_there_is_no_section_then_it_acts_and_the_section_is_still_absent() -> None:
    loaded = load(None, {LIMIT: 2})
    assert loaded.config.entry.max_open_positions == 2
    assert not loaded.present


def test_parameter_when_its_rule_is_at_its_defaults_then_only_the_value_changes() -> None:
    key = "circuit_breaker.drawdown.limit"
    assert values({"circuit_breaker": {}}, key, parameters={key: 0.1}) == {key: (0.1, "strategy parameter")}


def test_parameter_when_the_config_writes_the_key_too_then_refused() -> None:
    assert problem({"entry": {"max_open_positions": 2}}, {LIMIT: 3}) == (
        "riskkit.entry.max_open_positions is written in the config and also set by riskkit_parameters of the "
        "strategy (remove one of them)"
    )


@pytest.mark.parametrize(
    ("section", "key", "off"),
    [
        ({}, "circuit_breaker.drawdown.limit", "circuit_breaker.drawdown"),
        (
            {"circuit_breaker": {"drawdown": None}},
            "circuit_breaker.drawdown.limit",
            "circuit_breaker.drawdown",
        ),
        ({}, "order_tracking.max_held_capital", "order_tracking"),
        ({"exits": {}}, "exits.bracket.stop", "exits.bracket"),
    ],
)
def test_parameter_when_its_section_is_off_then_refused(
    section: dict[str, object], key: str, off: str
) -> None:
    assert problem(section, {key: 0.1}) == (
        f"riskkit.{key} is set by riskkit_parameters of the strategy, but riskkit.{off} is off "
        "(write {} for it in the config)"
    )


@pytest.mark.parametrize(
    "key", ["mode", "db_url", "entry", "entry.max_positons", "", "a.b.c", "circuit_breaker.drawdown"]
)
def test_parameter_when_its_key_cannot_be_set_then_refused(key: str) -> None:
    assert problem({}, {key: 1}).startswith(f"riskkit_parameters of the strategy: {key} is no key")


def test_parameter_when_its_key_is_misspelt_then_the_nearest_is_told() -> None:
    assert "(did you mean entry.max_open_positions?)" in problem({}, {"entry.max_open_position": 1})


def test_parameter_when_its_value_is_wrong_then_the_line_says_where_it_came_from() -> None:
    assert problem({}, {"entry.high_confidence": 95}) == (
        "riskkit.entry.high_confidence must be in (0, 1], was 95 (for 95 % write 0.95) "
        "[set by riskkit_parameters of the strategy]"
    )


def test_parameter_when_a_numpy_number_then_taken_as_pythons() -> None:
    numpy = pytest.importorskip("numpy")
    found = load({}, {LIMIT: numpy.int64(3), "entry.high_confidence": numpy.float64(0.9)}).config.entry
    assert type(found.max_open_positions) is int
    assert type(found.high_confidence) is float
