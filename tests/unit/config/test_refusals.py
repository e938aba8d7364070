"""What a wrong `riskkit` section is told: the key, the value, its domain and how to mend it."""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from freqtrade_riskkit.config import ABSENT, KIT_KEY, ConfigInvalid, RiskKitConfig, load
from freqtrade_riskkit.config.errors import section_model
from tests.unit.config.sections import nested, problems


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("circuit_breaker.drawdown.limit", 15, "must be in (0, 1], was 15 (for 15 % write 0.15)"),
        ("circuit_breaker.daily_loss.limit", 2.5, "must be in (0, 1], was 2.5 (for 2.5 % write 0.025)"),
        (
            "circuit_breaker.daily_loss.limit",
            -0.05,
            "must be in (0, 1], was -0.05 (a loss is written as a positive ratio: 0.05)",
        ),
        ("circuit_breaker.daily_loss.limit", 0, "must be in (0, 1], was 0"),
        ("circuit_breaker.daily_loss.limit", 1e9, "must be in (0, 1], was 1000000000.0"),
        (
            "circuit_breaker.daily_loss.limit",
            "0.05",
            'must be a number in (0, 1], was "0.05" (write it without quotes)',
        ),
        ("circuit_breaker.daily_loss.limit", "five", 'must be a number in (0, 1], was "five"'),
        ("circuit_breaker.daily_loss.limit", True, "must be a number in (0, 1], was true"),
        ("circuit_breaker.daily_loss.limit", None, "must be a number in (0, 1], was null"),
        ("circuit_breaker.daily_loss.limit", [0.05], "must be a number in (0, 1], was a list"),
        ("circuit_breaker.daily_loss.limit", math.nan, "must be in (0, 1], was NaN"),
        ("circuit_breaker.daily_loss.limit", math.inf, "must be in (0, 1], was Infinity"),
        ("circuit_breaker.warn_at", 80, "must be in (0, 1], was 80 (for 80 % write 0.8)"),
        ("order_tracking.max_held_capital", 30, "must be in (0, 1], was 30 (for 30 % write 0.3)"),
        ("exits.bracket.stop", 1, "must be in (0, 1), was 1"),
        ("exits.bracket.reward_to_risk", 0, "must be in (0, 1000], was 0"),
        ("circuit_breaker.loss_streak.min_loss", 2, "must be in [0, 1), was 2 (for 2 % write 0.02)"),
        ("circuit_breaker.cooldown_minutes", -1, "must be minutes in [0, 525600], was -1"),
        (
            "circuit_breaker.loss_streak.stop_duration",
            0,
            "must be minutes in (0, 525600] or null, was 0",
        ),
        ("entry.cooldown_seconds", -30, "must be seconds in [0, 31536000] or null, was -30"),
        (
            "entry.cooldown_candles",
            1.5,
            "must be a whole number of candles in [0, 100000] or null, was 1.5",
        ),
        ("circuit_breaker.loss_streak.limit", True, "must be a whole number in [1, 1000000], was true"),
        ("circuit_breaker.loss_streak.limit", 0, "must be a whole number in [1, 1000000], was 0"),
        (
            "circuit_breaker.loss_streak.limit",
            "5",
            'must be a whole number in [1, 1000000], was "5" (write it without quotes)',
        ),
        ("circuit_breaker.loss_streak.limit", 5.0, "must be a whole number in [1, 1000000], was 5.0"),
        (
            "circuit_breaker.max_trips_per_day",
            0,
            "must be a whole number in [1, 1000000] or null, was 0",
        ),
        (
            "entry.max_open_positions",
            0,
            "must be a whole number in [1, 1000000] or null, was 0 (left out, Freqtrade's max_open_trades "
            "alone holds; entry.enabled false stops all entries)",
        ),
        (
            "circuit_breaker.daily_loss.unlock_at",
            "24:00",
            'must be a time of day in UTC like "00:00" or "18:30", was "24:00" (quoted, HH:MM)',
        ),
        ("mode", "on", 'must be "enforce", "observe" or "off", was "on"'),
        (
            "mode",
            "enforced",
            'must be "enforce", "observe" or "off", was "enforced" (did you mean "enforce"?)',
        ),
        ("mode", None, 'must be "enforce", "observe" or "off", was null'),
        (
            "entry.preset",
            "modest",
            'must be "conservative", "moderate", "aggressive" or null, was "modest" '
            '(did you mean "moderate"?)',
        ),
        (
            "circuit_breaker.drawdown.action",
            "flaten",
            'must be "block", "cancel" or "flatten", was "flaten" (did you mean "flatten"?)',
        ),
        *(
            (
                f"circuit_breaker.{rule}.action",
                value,
                f'must be "block" or "cancel", was "{value}" '
                "(flatten is possible for daily_loss, drawdown and manual)",
            )
            for rule in ("loss_streak", "order_rate", "errors")
            for value in ("flatten", "Flatten")
        ),
        (
            "circuit_breaker.errors.action",
            "cancels",
            'must be "block" or "cancel", was "cancels" (did you mean "cancel"?)',
        ),
        ("circuit_breaker.order_rate.action", None, 'must be "block" or "cancel", was null'),
        (
            "circuit_breaker.order_rate.per_minute",
            0,
            "must be a whole number in [1, 1000000] or null, was 0",
        ),
        (
            "circuit_breaker.order_rate.per_hour",
            99.5,
            "must be a whole number in [1, 1000000] or null, was 99.5",
        ),
        (
            "circuit_breaker.order_rate.stop_flood_per_minute",
            math.nan,
            "must be a whole number in [1, 1000000] or null, was NaN",
        ),
        (
            "circuit_breaker.order_rate.stop_duration",
            math.inf,
            "must be minutes in (0, 525600] or null, was Infinity",
        ),
        ("circuit_breaker.errors.limit", None, "must be a whole number in [1, 1000000], was null"),
        ("circuit_breaker.errors.limit", -3, "must be a whole number in [1, 1000000], was -3"),
        (
            "circuit_breaker.errors.unlock_at",
            6,
            'must be a time of day in UTC like "00:00" or "18:30" or null, was 6 (quoted, HH:MM)',
        ),
        ("circuit_breaker.manual", None, "must be a section {…}, was null"),
        (
            "circuit_breaker.manual.action",
            "halt",
            'must be "block", "cancel" or "flatten", was "halt"',
        ),
        ("circuit_breaker.manual.pause", "true", 'must be true or false, was "true"'),
        ("circuit_breaker.manual.stop_duration", 60, "is unknown (known here: action, flag_file, pause)"),
        (
            "circuit_breaker.data.max_mark_age_seconds",
            0,
            "must be seconds in (0, 31536000], was 0",
        ),
        (
            "circuit_breaker.data.max_clock_skew_seconds",
            "5",
            'must be seconds in (0, 31536000], was "5" (write it without quotes)',
        ),
        (
            "circuit_breaker.data.max_mark_age_seconds",
            None,
            "must be seconds in (0, 31536000], was null",
        ),
        (
            "circuit_breaker.added_entries",
            "budgets",
            'must be "block", "budget" or "allow", was "budgets" (did you mean "budget"?)',
        ),
        ("circuit_breaker.flatten_agreement", 2, "must be in (0, 1), was 2 (for 2 % write 0.02)"),
        ("circuit_breaker.flatten_agreement", 0, "must be in (0, 1), was 0"),
        ("circuit_breaker.cash_flows.read", 1, "must be true or false, was 1"),
        (
            "circuit_breaker.cash_flows",
            True,
            "must be a section {…} or null, was true",
        ),
        (
            "circuit_breaker.preset",
            "soon",
            'must be "timed" or null (no other exists yet), was "soon"',
        ),
        ("entry.enabled", "yes", 'must be true or false, was "yes"'),
        ("entry.enabled", 1, "must be true or false, was 1"),
        ("entry", [], "must be a section {…}, was a list"),
        ("entry", None, "must be a section {…}, was null"),
        ("protections", {"method": "StoplossGuard"}, "must be a list […], was a section"),
        ("circuit_breaker.daily_los", {}, "is unknown (did you mean daily_loss?)"),
        ("acount_id", "main", "is unknown (did you mean account_id?)"),
        (
            "order_tracking.zzz",
            1,
            "is unknown (known here: max_held_capital, fragmentation_action)",
        ),
    ],
)
def test_refusal_when_a_value_is_wrong_then_names_key_domain_value_and_fix(
    key: str, value: object, line: str
) -> None:
    assert problems(nested(key, value)) == (f"riskkit.{key} {line}",)


def test_refusal_when_a_number_is_too_long_to_print_then_it_is_only_called_huge() -> None:
    (line,) = problems(nested("circuit_breaker.loss_streak.limit", -(10**5000)))
    assert line.endswith(".loss_streak.limit must be a whole number in [1, 1000000], was a huge number")


@pytest.mark.parametrize(
    "key",
    [
        "alerts.expectancy_every",
        "circuit_breaker.loss_streak.limit",
        "circuit_breaker.order_rate.per_minute",
        "circuit_breaker.order_rate.per_hour",
        "circuit_breaker.order_rate.stop_flood_per_minute",
        "circuit_breaker.errors.limit",
        "circuit_breaker.max_trips_per_day",
        "entry.max_open_positions",
        "micro_cap.max_positions",
    ],
)
@pytest.mark.parametrize(
    ("value", "was"), [(1_000_001, "1000001"), (10**400, "a huge number")], ids=["above", "huge"]
)
def test_refusal_when_a_count_is_above_all_that_is_counted_then_names_key_domain_and_value(
    key: str, value: int, was: str
) -> None:
    (line,) = problems(nested(key, value))
    assert line.startswith(f"riskkit.{key} must be a whole number in [1, 1000000]")
    assert f", was {was}" in line


def leaf_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted keys of all values."""
    for key, field in model.model_fields.items():
        inner = section_model(field)
        if inner is None:
            yield f"{prefix}{key}"
        else:
            yield from leaf_keys(inner, f"{prefix}{key}.")


@pytest.mark.parametrize(
    "value", [10**400, -(10**400), 10**5000, 1e308], ids=["long", "low", "longer", "float"]
)
@pytest.mark.parametrize("key", leaf_keys(RiskKitConfig))
def test_refusal_when_any_value_is_a_huge_number_then_in_one_line(key: str, value: float) -> None:
    assert [line.split()[0] for line in problems(nested(key, value))] == [f"riskkit.{key}"]


@pytest.mark.parametrize("later", ["costs", "pairlists", "sheets"])
def test_refusal_when_an_outermost_key_is_unknown_then_the_known_ones_are_listed(later: str) -> None:
    (line,) = problems({later: {}})
    assert line.startswith(f"riskkit.{later} is unknown (")
    assert "circuit_breaker" in line
    assert "entry" in line


def test_refusal_when_many_keys_are_wrong_then_all_are_told_at_once() -> None:
    found = problems(
        {
            "mode": "on",
            "circuit_breaker": {"daily_loss": {"limit": 5, "actoin": "block"}, "drawdown": {"reset": "auto"}},
            "entry": {
                "cooldown_seconds": 5,
                "cooldown_candles": 5,
                "max_open_positions": 3,
                "max_open_positions_high_confidence": 2,
            },
        }
    )
    assert [line.split()[0] for line in found] == [
        "riskkit.mode",
        "riskkit.circuit_breaker.daily_loss.limit",
        "riskkit.circuit_breaker.daily_loss.actoin",
        "riskkit.circuit_breaker.drawdown.reset",
        "riskkit.entry.cooldown_seconds",
        "riskkit.entry.max_open_positions_high_confidence",
    ]


def test_refusal_when_printed_then_a_headline_comes_before_one_line_for_each_problem() -> None:
    with pytest.raises(ConfigInvalid) as refused:
        load({"mode": "on", "profile": "tiny"})
    assert str(refused.value).splitlines() == [
        "The riskkit section of the config has 2 problems:",
        *refused.value.problems,
    ]


def test_refusal_when_pickled_then_keeps_its_problems() -> None:
    error = ConfigInvalid(["riskkit.mode must be something"])
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


@pytest.mark.parametrize("section", ["observe", [], 5, True])
def test_refusal_when_the_section_is_no_section_then_says_so(section: Any) -> None:
    assert problems(section)[0].startswith("riskkit must be a section {…}, was ")


@pytest.mark.parametrize(
    "section",
    ['{"db_url": "postgresql://kit:hunter2@db/risk"', "postgresql://kit:hunter2@db/risk", "{hunter2}"],
)
def test_refusal_when_the_section_is_text_then_nothing_of_it_is_repeated(section: str) -> None:
    assert problems(section) == ("riskkit must be a section {…}, was text that is no JSON object",)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://kit:hunter2@db/risk",
        "postgresql+hunter2://db/risk",
        "hunter2",
        5,
        ["hunter2"],
        {"password": "hunter2"},
        None,
    ],
)
def test_refusal_when_the_database_url_is_wrong_then_nothing_of_it_is_repeated(url: object) -> None:
    (line,) = problems({"db_url": url})
    assert line.startswith("riskkit.db_url must be a database URL")
    assert "hunter2" not in line
    assert "was" not in line


def test_config_when_printed_then_the_database_url_is_left_out() -> None:
    loaded = load({"db_url": "postgresql://kit:hunter2@db/risk"})
    assert "hunter2" not in repr(loaded)


def test_refusal_when_a_key_holds_control_characters_then_they_are_escaped() -> None:
    (line,) = problems({"mo\x1b[31mde": "off"})
    assert "\x1b" not in line


@pytest.mark.parametrize("name", ["riskkit.halt", "STOP", "stop-7.now", "_", "x" * 100, "sqlite", "stop.txt"])
def test_flag_file_when_a_plain_name_then_accepted(name: str) -> None:
    found = load(nested("circuit_breaker.manual.flag_file", name)).config.circuit_breaker
    assert found is not None
    assert found.manual.flag_file == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../riskkit.halt",
        "/riskkit.halt",
        "flags/riskkit.halt",
        "flags\\riskkit.halt",
        "C:riskkit.halt",
        "a..b",
        ".hidden",
        "a.",
        "-rf",
        "~",
        "$HOME",
        "a b",
        "a\n",
        "a\x00b",
        "ü",
        "x" * 101,
        5,
        None,
        True,
    ],
)
def test_flag_file_when_it_is_more_than_a_plain_name_then_refused(name: object) -> None:
    (line,) = problems(nested("circuit_breaker.manual.flag_file", name))
    assert line.startswith(
        'riskkit.circuit_breaker.manual.flag_file must be the plain name of a file like "riskkit.halt", was '
    )
    assert line.endswith(
        "(it lies in user_data: no folders, no .., only letters, digits, _ and -, with dots between them)"
    )
    assert line.isprintable()


@pytest.mark.parametrize(
    "name",
    ["riskkit.sqlite", "Trades.SQLITE-wal", "trades.db", "config.json", "Strategy.py", "candles.feather"],
)
def test_flag_file_when_named_like_data_or_code_then_refused_for_a_reset_removes_it(name: str) -> None:
    assert problems(nested("circuit_breaker.manual.flag_file", name)) == (
        'riskkit.circuit_breaker.manual.flag_file must be the plain name of a file like "riskkit.halt", was '
        f'"{name}" (a reset removes the file, so it may not be named like data or code: no .sqlite, .db, '
        ".json, .py and the like)",
    )


@pytest.mark.parametrize(
    ("url", "flag"),
    [
        ("sqlite:///records", "records"),
        ("sqlite:////srv/kit/Records?mode=rw", "records-wal"),
        ("sqlite:///riskkit.halt", None),
    ],
)
def test_flag_file_when_it_is_the_ledger_then_refused(url: str, flag: str | None) -> None:
    manual = {"flag_file": flag} if flag is not None else {}
    (line,) = problems({"db_url": url, "circuit_breaker": {"manual": manual}})
    assert line.startswith(
        "riskkit.circuit_breaker.manual.flag_file must not be the ledger of riskkit.db_url ("
    )
    assert line.endswith(f'was "{flag or "riskkit.halt"}" (a reset removes the file: give it another name)')


@pytest.mark.parametrize(
    "section",
    [
        {"db_url": "sqlite:///records", "circuit_breaker": {"manual": {"flag_file": "records.halt"}}},
        {"db_url": "sqlite:///records", "circuit_breaker": {"manual": {"flag_file": "records-2"}}},
        {"db_url": "postgresql://kit@db/records", "circuit_breaker": {"manual": {"flag_file": "records"}}},
        {"db_url": "sqlite:///riskkit.halt"},
    ],
)
def test_flag_file_when_it_only_looks_like_the_ledger_then_accepted(section: dict[str, Any]) -> None:
    assert load(section).present


def test_order_rate_when_both_windows_are_null_then_refused_with_the_way_to_switch_it_off() -> None:
    section = nested("circuit_breaker.order_rate", {"per_minute": None, "per_hour": None})
    assert problems(section) == (
        "riskkit.circuit_breaker.order_rate: per_minute and per_hour are both null, no window is left to "
        'count orders in (write "order_rate": null to switch the rule off)',
    )


@pytest.mark.parametrize(
    "section",
    [
        {"order_rate": {"per_minute": None}},
        {"order_rate": {"per_hour": None}},
        {"order_rate": None},
        {"data": None, "cash_flows": None, "errors": None},
    ],
)
def test_breaker_when_only_a_part_is_null_then_accepted(section: dict[str, object]) -> None:
    assert load({"circuit_breaker": section}).config.circuit_breaker is not None


@pytest.mark.parametrize("name", ["main", "freqtrade@binance:spot:dry", "Bot 7", "a", "x" * 100])
def test_account_id_when_of_the_stated_characters_then_accepted(name: str) -> None:
    assert load({"account_id": name}).config.account_id == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a ",
        "-a",
        "x" * 101,
        "a/b",
        "a\\b",
        "a'b",
        'a"b',
        "a;b",
        "a\nb",
        "a\n",
        "a\x00b",
        "ü",
        "[a]",
        "{a",
    ],
)
def test_account_id_when_empty_long_or_hostile_then_refused(name: str) -> None:
    (line,) = problems({"account_id": name})
    assert line.startswith("riskkit.account_id must be 1 to 100 letters")
    assert line.isprintable()


def test_account_id_when_it_arrives_as_a_number_then_the_way_out_is_told() -> None:
    (line,) = problems({"account_id": 42})
    assert "begin it with a letter" in line


@pytest.mark.parametrize(
    ("section", "present"),
    [
        ('{"entry": {"max_open_positions": 2}}', True),
        ({"entry": '{"max_open_positions": 2}'}, True),
        ("{}", True),
        ("null", False),
        (None, False),
        ({KIT_KEY: f"{ABSENT}1.0"}, False),
        ({KIT_KEY: "1.0"}, True),
    ],
)
def test_load_when_a_variable_holds_the_section_as_text_then_it_is_read(
    section: object, present: bool
) -> None:
    loaded = load(section)
    assert loaded.present is present
    assert loaded.config.entry.max_open_positions == (2 if "2" in str(section) else None)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_known = st.sampled_from(
    ["mode", "db_url", "account_id", "profile", "circuit_breaker", "order_tracking", "entry"]
)
_rules = st.sampled_from(
    [
        *("daily_loss", "drawdown", "loss_streak", "order_rate", "errors", "manual", "data", "cash_flows"),
        *("limit", "reset", "preset", "unlock_at", "action", "per_minute", "per_hour", "flag_file"),
    ]
)


@given(
    st.dictionaries(
        _known | st.text(max_size=8), _json | st.dictionaries(_rules, _json | st.dictionaries(_rules, _json))
    )
)
def test_load_when_given_anything_that_json_holds_then_answers_or_refuses_in_lines(
    section: dict[str, Any],
) -> None:
    try:
        load(section)
    except ConfigInvalid as refused:
        assert refused.problems
        assert all(line.startswith("riskkit") and "\n" not in line for line in refused.problems)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_limit_when_any_float_is_given_then_only_the_domain_passes(limit: float) -> None:
    section = nested("circuit_breaker.drawdown.limit", limit)
    if 0 < limit <= 1:
        breaker = load(section).config.circuit_breaker
        assert breaker is not None
        assert breaker.drawdown is not None
        assert breaker.drawdown.limit == limit
    else:
        assert problems(section)
