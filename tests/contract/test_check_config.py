"""`riskkit check-config` and `riskkit schema` on configs that the real Freqtrade reads."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from freqtrade.configuration.config_validation import validate_config_consistency, validate_config_schema
from freqtrade.configuration.load_config import load_from_files
from freqtrade.enums import RunMode
from jsonschema import Draft4Validator
from typer.testing import CliRunner, Result

from freqtrade_riskkit.cli.check_config import check_config
from freqtrade_riskkit.cli.schema import schema
from freqtrade_riskkit.config import load

EXAMPLE = Path(__file__).parents[2] / "config.example.json"
SECRET = "hunter2"

app = typer.Typer()
app.command("check-config")(check_config)
app.command("schema")(schema)

Check = Callable[..., Result]


def merge(changes: Mapping[str, Any], config: dict[str, Any]) -> None:
    """Change some keys of a config; a section is merged into a section and replaces anything else."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(config.get(key), dict):
            merge(value, config[key])
        else:
            config[key] = value


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave no variable or file of this machine in the way."""
    for name in list(os.environ):
        if name.startswith("FREQTRADE__"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Check a config: the example with some keys changed."""

    def run(
        changes: Mapping[str, Any] | None = None, *arguments: str, without: tuple[str, ...] = ()
    ) -> Result:
        config = json.loads(EXAMPLE.read_text(encoding="utf-8"))
        merge(changes or {}, config)
        for key in without:
            del config[key]
        file = tmp_path / "config.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        return CliRunner().invoke(app, ["check-config", "-c", str(file), *arguments])

    return run


def report(result: Result) -> dict[str, Any]:
    """Return what a program reads."""
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def value_of(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the line of one key."""
    (line,) = [line for line in found["values"] if line["key"] == key]
    return dict(line)


def test_example_config_when_checked_by_freqtrade_then_passes_as_for_a_dry_run() -> None:
    config = load_from_files([str(EXAMPLE)])
    config |= {
        "runmode": RunMode.DRY_RUN,
        # What a strategy brings.
        "timeframe": "1h",
        "stoploss": -0.1,
        "minimal_roi": {"0": 0.1},
    }
    validate_config_schema(config)
    validate_config_consistency(config)


def test_example_config_when_loaded_then_breaker_tracking_and_limits_are_on_and_nothing_else() -> None:
    loaded = load(json.loads(EXAMPLE.read_text(encoding="utf-8"))["riskkit"])
    assert loaded.config.circuit_breaker is not None
    assert loaded.config.order_tracking is not None
    assert loaded.config.entry.max_open_positions == 2
    assert loaded.config.exits is None
    assert loaded.config.profile == "none"
    assert loaded.config.protections == ()


def test_example_config_when_read_then_holds_no_keys() -> None:
    config = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert config["dry_run"] is True
    assert "strategy" not in config
    assert not {"key", "secret", "password"} & set(config["exchange"])
    assert "api_server" not in config
    assert "telegram" not in config


def test_check_config_when_a_dry_run_then_ratios_are_shown_in_money(check: Check) -> None:
    result = check()
    assert result.exit_code == 0
    assert "0.05 of 990.00 USDT = 49.50 USDT" in result.output
    assert "0.15 of 990.00 USDT = 148.50 USDT" in result.output
    assert "0.3 of 990.00 USDT = 297.00 USDT" in result.output
    assert "dry_run_wallet 1000 × tradable_balance_ratio 0.99" in result.output


def test_check_config_when_json_is_asked_for_then_gives_values_sources_limits_and_notes(check: Check) -> None:
    found = report(check(None, "--json"))
    assert value_of(found, "circuit_breaker.daily_loss.limit") == {
        "key": "circuit_breaker.daily_loss.limit",
        "value": 0.05,
        "source": "config",
        "money": "0.05 of 990.00 USDT = 49.50 USDT",
    }
    assert value_of(found, "circuit_breaker.warn_at")["source"] == "default"
    assert found["account"]["amount"] == pytest.approx(990)
    assert found["account"]["name"] == "freqtrade@binance:spot:dry"
    assert found["positions"]["effective"] == 2
    assert found["positions"]["effective_high_confidence"] == 3
    assert found["mode"] == "enforce"
    assert found["present"] is True


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"dry_run_wallet": 2000}, 1980),
        ({"dry_run_wallet": {"USDT": 500, "BTC": 1}}, 495),
        ({"dry_run_wallet": {"BTC": 1}}, 0),
        ({"tradable_balance_ratio": 0.5}, 500),
        ({"available_capital": 700}, 700),
        ({"dry_run": False, "available_capital": 700}, 700),
        ({"dry_run": False}, None),
    ],
)
def test_check_config_when_the_wallet_differs_then_the_account_is_what_the_bot_may_trade_with(
    check: Check, changes: dict[str, Any], expected: float | None
) -> None:
    amount = report(check(changes, "--json"))["account"]["amount"]
    assert amount == (None if expected is None else pytest.approx(expected))


def test_check_config_when_live_then_says_that_the_account_is_needed(check: Check) -> None:
    found = report(check({"dry_run": False}, "--json"))
    assert value_of(found, "circuit_breaker.daily_loss.limit")["money"] == (
        "0.05 of the account, known once the bot is connected"
    )
    assert found["account"]["name"].endswith(":live")


@pytest.mark.parametrize(
    ("changes", "effective", "high", "decided_by"),
    [
        ({"max_open_trades": 1}, 1, None, "max_open_trades"),
        ({"max_open_trades": 10}, 2, 3, "riskkit.entry.max_open_positions"),
        ({"max_open_trades": -1, "stake_amount": 100}, 2, 3, "riskkit.entry.max_open_positions"),
        (
            {"riskkit": {"profile": "micro_cap", "micro_cap": {"max_positions": 1}}},
            1,
            None,
            "riskkit.micro_cap.max_positions",
        ),
        ({"riskkit": {"mode": "off"}}, 3, None, "max_open_trades"),
    ],
)
def test_check_config_when_several_limits_hold_then_the_smallest_wins(
    check: Check, changes: dict[str, Any], effective: float, high: float | None, decided_by: str
) -> None:
    positions = report(check(changes, "--json"))["positions"]
    assert (positions["effective"], positions["effective_high_confidence"], positions["decided_by"]) == (
        effective,
        high,
        decided_by,
    )


def notes_of(result: Result) -> str:
    """Return the notes as one text."""
    return "\n".join(report(result)["notes"])


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"riskkit": {"mode": "observe"}}, "Mode observe: every decision is taken and recorded"),
        ({"riskkit": {"mode": "off"}}, "Mode off: the kit does nothing"),
        ({"riskkit": {"entry": {"enabled": False}}}, "every entry is denied (ENTRIES_DISABLED)"),
        ({"riskkit": {"profile": "micro_cap"}}, "accounts below 500.00 USDT; this one has 990.00 USDT"),
        (
            {"riskkit": {"profile": "micro_cap"}, "dry_run_wallet": 10},
            "accounts of 15.00 USDT and up; this one has 9.90 USDT",
        ),
        ({"riskkit": {"profile": "standard"}}, "accounts of 1000.00 USDT and up"),
        ({"riskkit": {"profile": "small"}, "stake_currency": "BTC"}, "judge the account's size yourself"),
        ({"riskkit": {"profile": "small"}, "dry_run": False}, "shows only with the balance"),
        ({"max_open_trades": 1}, "max_open_trades 1 is lower than riskkit.entry.max_open_positions 2"),
        ({}, "A backtest simulates the circuit breaker only with --enable-protections."),
        ({}, "neither the config nor the strategy's file tells the timeframe"),
        (
            {"riskkit": {"mode": "observe"}},
            "nothing is changed: nothing is locked, cancelled or flattened",
        ),
        ({"riskkit": {"circuit_breaker": {"drawdown": {"limit": 1}}}}, "for 1 % write 0.01"),
    ],
)
def test_check_config_when_something_works_otherwise_than_it_reads_then_a_note_says_so(
    check: Check, changes: dict[str, Any], note: str
) -> None:
    assert note in notes_of(check(changes, "--json"))


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"riskkit": {"profile": "micro_cap"}, "dry_run_wallet": 100}, "Profile"),
        ({"riskkit": {"profile": "small"}}, "Profile"),
        ({"timeframe": "1h"}, "locks end with a candle"),
        ({"riskkit": {"mode": "observe"}, "timeframe": "4h"}, "locks end with a candle"),
        ({"riskkit": {"circuit_breaker": {"order_rate": None}}}, "order_rate"),
        ({}, "flatten"),
        ({}, "pause"),
        ({}, "Channel"),
        ({}, "riskkit.halt"),
        ({"enable_protections": True}, "--enable-protections"),
        ({}, "max_open_trades"),
    ],
)
def test_check_config_when_all_is_as_it_reads_then_there_is_no_note(
    check: Check, changes: dict[str, Any], note: str
) -> None:
    assert note not in notes_of(check(changes, "--json"))


def breaker(**rules: object) -> dict[str, Any]:
    """Return a change of the breaker's section."""
    return {"riskkit": {"circuit_breaker": rules}}


@pytest.mark.parametrize(
    ("timeframe", "rules", "notes"),
    [
        (
            "4h",
            {},
            ["on 4h a 60-minute stop (loss_streak, order_rate) lasts up to 4 hours in a backtest"],
        ),
        ("1d", {}, ["on 1d a 60-minute stop (loss_streak, order_rate) lasts up to 1 day in a backtest"]),
        (
            "1h",
            {"order_rate": {"stop_duration": 90}},
            ["on 1h a 90-minute stop (order_rate) lasts up to 2 hours in a backtest"],
        ),
        (
            "4h",
            {"preset": "timed", "loss_streak": {"stop_duration": 30}},
            [
                "on 4h a 60-minute stop (daily_loss, drawdown, order_rate) lasts up to 4 hours",
                "on 4h a 30-minute stop (loss_streak) lasts up to 4 hours",
            ],
        ),
        ("1h", {}, []),
        ("5m", {}, []),
        ("4h", {"loss_streak": {"reset": "manual", "stop_duration": None}, "order_rate": None}, []),
    ],
)
def test_check_config_when_a_candle_outlasts_a_stop_then_a_note_says_until_when(
    check: Check, timeframe: str, rules: dict[str, Any], notes: list[str]
) -> None:
    if "preset" in rules:
        rules = rules | {"drawdown": {"reset": "auto"}, "daily_loss": {"min_stop_duration": 0}}
    found = [
        note
        for note in report(check({"timeframe": timeframe} | breaker(**rules), "--json"))["notes"]
        if "locks end with a candle" in note
    ]
    assert len(found) == len(notes)
    assert all(part in note for part, note in zip(notes, found, strict=True))


def test_check_config_when_the_timeframe_is_none_then_exit_code_is_2(check: Check) -> None:
    for written in ("abc", "0h", "-5m", "5s"):
        result = check({"timeframe": written})
        assert result.exit_code == 2
        assert result.stderr.splitlines() == [
            "Freqtrade's config can't be used:",
            f'  timeframe must be one of Freqtrade\'s like "5m" or "4h", was "{written}"',
        ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('class Slow(IStrategy):\n    timeframe = "4h"\n', "on 4h a 60-minute stop"),
        ('class Slow(IStrategy):\n    timeframe: str = "8h"\n', "on 8h a 60-minute stop"),
        (
            "class Slow(RiskKitMixin, Wrapped):\n    pass\n\n"
            'class Wrapped(IStrategy):\n    timeframe = "1d"\n',
            "on 1d a 60-minute stop",
        ),
        ("class Slow(IStrategy):\n    timeframe = TIMEFRAME\n", "tells the timeframe"),
        ('class Slow(IStrategy):\n    timeframe = "soon"\n', "tells the timeframe"),
        ("class Slow(Slow):\n    pass\n", "tells the timeframe"),
        ('class Slower(IStrategy):\n    timeframe = "4h"\n', "tells the timeframe"),
        ("class Slow(IStrategy:\n", "tells the timeframe"),
    ],
)
def test_check_config_when_the_strategy_has_the_timeframe_then_it_is_read_off_its_file_and_not_run(
    check: Check, tmp_path: Path, source: str, said: str
) -> None:
    folder = tmp_path / "user_data" / "strategies"
    folder.mkdir(parents=True)
    (folder / "slow.py").write_text(f"raise SystemExit('was run')\n\n{source}", encoding="utf-8")
    for changes, arguments in (({}, ("-s", "Slow")), ({"strategy": "Slow"}, ())):
        assert said in notes_of(check(changes, "--json", *arguments))
    assert "on 12h a 60-minute stop" in notes_of(check({"timeframe": "12h"}, "--json", "-s", "Slow"))


def test_check_config_when_the_order_rate_is_on_then_its_resolution_in_a_backtest_is_told(
    check: Check,
) -> None:
    said = "order_rate takes all orders of one candle{} as placed at the same moment"
    assert said.format("") in notes_of(check({}, "--json"))
    assert said.format(" (5m)") in notes_of(check({"timeframe": "5m"}, "--json"))


@pytest.mark.parametrize(("per_minute", "per_hour", "told"), [(10, 5, True), (10, 10, True), (9, 10, False)])
def test_check_config_when_the_hour_is_reached_before_the_minute_then_a_note_says_so(
    check: Check, per_minute: int, per_hour: int, told: bool
) -> None:
    notes = notes_of(check(breaker(order_rate={"per_minute": per_minute, "per_hour": per_hour}), "--json"))
    said = f"order_rate.per_minute {per_minute} has no effect: per_hour {per_hour} is reached first"
    assert (said in notes) is told


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        (
            breaker(daily_loss={"action": "flatten"}),
            "riskkit.circuit_breaker.daily_loss.action flatten sells every open position at market at a "
            "daily loss of 0.05 of 990.00 USDT = 49.50 USDT.",
        ),
        (
            breaker(drawdown={"action": "flatten"}) | {"trading_mode": "futures", "margin_mode": "isolated"},
            "riskkit.circuit_breaker.drawdown.action flatten closes every open position at market at a "
            "drawdown of 0.15 of 990.00 USDT = 148.50 USDT.",
        ),
        (
            breaker(daily_loss={"action": "flatten"}) | {"dry_run": False},
            "flatten sells every open position at market at a daily loss of 0.05 of the account, known once "
            "the bot is connected.",
        ),
        (
            {"riskkit": {"mode": "observe", "circuit_breaker": {"daily_loss": {"action": "flatten"}}}},
            "riskkit.circuit_breaker.daily_loss.action flatten would sell every open position at market",
        ),
        (
            breaker(manual={"action": "flatten", "flag_file": "STOP"}),
            "riskkit.circuit_breaker.manual.action flatten sells every open position at market at a trip by "
            "hand: the command riskkit trip, the file STOP in user_data.",
        ),
        (
            breaker(manual={"action": "flatten", "pause": True}),
            "the file riskkit.halt in user_data, Freqtrade's pause.",
        ),
        (
            breaker(manual={"pause": True}),
            "riskkit.circuit_breaker.manual.pause: pausing the bot (/pause in Telegram, by REST or FreqUI) "
            "trips the breaker by hand; starting it again ends that trip.",
        ),
    ],
)
def test_check_config_when_a_trip_does_more_than_deny_then_a_note_says_what_and_at_which_loss(
    check: Check, changes: dict[str, Any], note: str
) -> None:
    assert note in notes_of(check(changes, "--json"))


def test_check_config_when_the_flag_file_is_there_then_a_note_says_that_a_bot_would_be_tripped(
    check: Check, tmp_path: Path
) -> None:
    (tmp_path / "user_data").mkdir()
    (tmp_path / "user_data" / "riskkit.halt").touch()
    assert "The file riskkit.halt is in user_data now" in notes_of(check({}, "--json"))


TELEGRAM = {"enabled": True, "token": SECRET, "chat_id": "1"}
WEBHOOK = {"enabled": True, "url": f"http://127.0.0.1/{SECRET}"}
DISCORD = {"enabled": True, "webhook_url": f"http://127.0.0.1/{SECRET}"}
ALLOWED = {"allow_custom_messages": True}


@pytest.mark.parametrize(
    ("channel", "settings", "note"),
    [
        ("telegram", TELEGRAM, None),
        (
            "telegram",
            TELEGRAM | {"allow_custom_messages": False},
            'Channel telegram drops the kit\'s alerts: its section needs "allow_custom_messages": true.',
        ),
        (
            "telegram",
            TELEGRAM | {"notification_settings": {"strategy_msg": "off"}},
            "Channel telegram drops the kit's alerts: notification_settings.strategy_msg is off.",
        ),
        ("telegram", TELEGRAM | {"enabled": False, "allow_custom_messages": False}, None),
        (
            "webhook",
            WEBHOOK,
            'Channel webhook drops the kit\'s alerts: its section needs "allow_custom_messages": true and '
            '"strategy_msg": {"text": "{msg}"}.',
        ),
        (
            "webhook",
            WEBHOOK | ALLOWED | {"format": "raw"},
            'its section needs "strategy_msg": {"data": "{msg}"}.',
        ),
        (
            "webhook",
            WEBHOOK | {"strategy_msg": {"text": "{msg}"}},
            'its section needs "allow_custom_messages": true.',
        ),
        ("webhook", WEBHOOK | ALLOWED | {"strategy_msg": {"text": "{msg}"}}, None),
        (
            "webhook",
            WEBHOOK | ALLOWED | {"strategy_msg": {"text": "alert"}},
            "Channel webhook sends the kit's alerts without their text: strategy_msg lacks {msg} "
            '(like {"text": "{msg}"}).',
        ),
        (
            "discord",
            DISCORD,
            'Channel discord drops the kit\'s alerts: its section needs "allow_custom_messages": true and '
            '"strategy_msg": [{"Alert": "{msg}"}].',
        ),
        ("discord", DISCORD | ALLOWED | {"strategy_msg": [{"Alert": "{msg}"}]}, None),
    ],
)
def test_check_config_when_a_channel_drops_the_kits_alerts_then_a_note_says_what_it_lacks(
    check: Check, channel: str, settings: dict[str, Any], note: str | None
) -> None:
    result = check({channel: settings}, "--json")
    assert SECRET not in result.output
    if note is None:
        assert "Channel" not in notes_of(result)
    else:
        assert note in notes_of(result)


def test_check_config_when_values_are_off_or_by_default_then_shown_with_their_unit(check: Check) -> None:
    output = check(breaker(order_rate={"per_minute": None}, data=None)).output
    lines = [" ".join(line.strip("│ ").split()) for line in output.splitlines()]
    assert "per_minute │ off │ config" in lines
    assert "data │ off │ config" in lines
    assert "stop_duration │ 60 minutes │ config" in lines


def test_check_config_when_there_is_no_section_then_says_so_and_all_is_well(check: Check) -> None:
    result = check(without=("riskkit",))
    assert result.exit_code == 0
    assert result.output.strip() == (
        "There is no riskkit section: the kit only keeps its records and denies nothing."
    )


def test_check_config_when_the_section_is_wrong_then_all_problems_go_to_stderr_with_exit_code_2(
    check: Check,
) -> None:
    result = check({"riskkit": {"mode": "on", "circuit_breaker": {"drawdown": {"limit": 15}}}})
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "The riskkit section of the config has 2 problems:",
        '  riskkit.mode must be "enforce", "observe" or "off", was "on"',
        "  riskkit.circuit_breaker.drawdown.limit must be in (0, 1], was 15 (for 15 % write 0.15)",
    ]


def test_check_config_when_wrong_and_json_is_asked_for_then_programs_get_the_problems_too(
    check: Check,
) -> None:
    result = check({"riskkit": {"mode": "on"}}, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"] == [
        'riskkit.mode must be "enforce", "observe" or "off", was "on"'
    ]


@pytest.mark.parametrize(
    ("protection", "said"),
    [
        (
            {"method": "StoplosGuard"},
            "must be one of CooldownPeriod, LowProfitPairs, MaxDrawdown, StoplossGuard",
        ),
        (
            {"method": "CooldownPeriod", "stop_duration": 5, "stop_duration_candles": 1},
            "riskkit.protections[0]: Protections must specify either",
        ),
        (
            {"method": "StoplossGuard", "trade_limit": "x"},
            'riskkit.protections[0].trade_limit must be a whole number in [1, 1000000], was "x"',
        ),
    ],
)
def test_check_config_when_freqtrade_would_refuse_a_protection_then_refuses_it_too(
    check: Check, protection: dict[str, Any], said: str
) -> None:
    result = check({"riskkit": {"protections": [protection]}})
    assert result.exit_code == 2
    assert said in result.stderr


def test_check_config_when_a_second_file_is_given_then_it_lies_over_the_first(
    check: Check, tmp_path: Path
) -> None:
    overlay = tmp_path / "overlay.json"
    overlay.write_text('{"riskkit": {"entry": {"max_open_positions": 1}}}', encoding="utf-8")
    found = report(check(None, "-c", str(overlay), "--json"))
    assert value_of(found, "entry.max_open_positions")["value"] == 1
    assert value_of(found, "entry.max_open_positions_high_confidence")["value"] == 3


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("ENTRY__MAX_OPEN_POSITIONS", "1", "entry.max_open_positions", 1),
        ("ENTRY__ENABLED", "false", "entry.enabled", False),
        ("ENTRY__ENABLED", "F", "entry.enabled", False),
        ("CIRCUIT_BREAKER__DRAWDOWN__LIMIT", "0.1", "circuit_breaker.drawdown.limit", 0.1),
        ("CIRCUIT_BREAKER__DRAWDOWN__LIMIT", "1e-1", "circuit_breaker.drawdown.limit", 0.1),
        ("CIRCUIT_BREAKER__DAILY_LOSS__UNLOCK_AT", "06:00", "circuit_breaker.daily_loss.unlock_at", "06:00"),
        ("CIRCUIT_BREAKER__MAX_TRIPS_PER_DAY", "null", "circuit_breaker.max_trips_per_day", None),
        ("CIRCUIT_BREAKER__LOSS_STREAK", "null", "circuit_breaker.loss_streak", None),
        ("ENTRY", '{"enabled": false}', "entry.enabled", False),
        ("EXITS", '{"bracket": {"stop": 0.1}}', "exits.bracket.stop", 0.1),
        ("PROTECTIONS", '[{"method": "CooldownPeriod"}]', "protections", [{"method": "CooldownPeriod"}]),
        ("MODE", "observe", "mode", "observe"),
    ],
)
def test_check_config_when_a_variable_is_set_then_it_wins_over_the_file_and_is_named_as_the_source(
    check: Check, monkeypatch: pytest.MonkeyPatch, variable: str, text: str, key: str, value: object
) -> None:
    monkeypatch.setenv(f"FREQTRADE__RISKKIT__{variable}", text)
    line = value_of(report(check(None, "--json")), key)
    assert line["value"] == value
    assert line["source"] == "environment"


def test_check_config_when_a_variable_is_wrong_then_refused_like_a_key(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREQTRADE__RISKKIT__ENTRY__MAX_OPEN_POSITIONS", "many")
    result = check()
    assert result.exit_code == 2
    assert "riskkit.entry.max_open_positions must be a whole number in [1, 1000000]" in result.stderr


def test_check_config_when_the_section_is_written_as_a_variable_over_nothing_then_it_is_read(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREQTRADE__RISKKIT__MODE", "observe")
    found = report(check(None, "--json", without=("riskkit",)))
    assert found["present"] is True
    assert found["mode"] == "observe"


def test_check_config_when_a_variable_holds_the_whole_section_then_it_is_read(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREQTRADE__RISKKIT", '{"mode": "observe", "entry": {"max_open_positions": 3}}')
    found = report(check(None, "--json"))
    assert (found["present"], found["mode"]) == (True, "observe")
    assert value_of(found, "entry.max_open_positions")["source"] == "environment"


def test_check_config_when_a_variable_holds_no_section_then_refused_without_its_text(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREQTRADE__RISKKIT", f'{{"db_url": "postgresql://kit:{SECRET}@db/risk"')
    result = check()
    assert result.exit_code == 2
    assert "riskkit must be a section {…}, was text that is no JSON object" in result.stderr
    assert SECRET not in result.output


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://kit:{SECRET}@db:notaport/risk",
        f"postgresql://kit:{SECRET}@db:70000/risk",
        f"postgresql://kit:{SECRET}@db",
        f"postgresql+nonsense://kit:{SECRET}@db/risk",
        "sqlite://",
        "sqlite:///riskkit.sqlite?mode=ro",
    ],
)
def test_check_config_when_the_ledger_could_not_use_the_url_then_refused_without_it(
    check: Check, url: str
) -> None:
    """A bot would start with it, and deny every entry."""
    result = check({"riskkit": {"db_url": url}})
    assert result.exit_code == 2
    assert "riskkit.db_url must " in result.stderr
    assert SECRET not in result.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "config.json: there is no such file"),
        (
            '{"stake_currency": "USDT"\n"exchange": {"secret": "hunter2"}}',
            "config.json: is not valid JSON, line 2: Missing a comma",
        ),
        (
            '{\n"exchange": {"name": "binance", "secret": "hunter2"',
            "config.json: is not valid JSON, line 2: ",
        ),
        ("", "config.json: is not valid JSON"),
        ("[]", "config.json: must hold a JSON object {…}"),
        ('{"add_config_files": ["missing.json"]}', 'missing.json" not found!'),
        ('{"exchange": {"name": "nowhere"}}', 'Exchange "nowhere" is not known to the ccxt library'),
        ('{"exchange": {"secret": "hunter2"}}', "exchange lacks name (Freqtrade's own schema)"),
        (
            '{"exchange": {"name": "binance", "secret": 5}, "max_open_trades": "hunter2", "dry_run": true}',
            "max_open_trades must be of type integer, number (Freqtrade's own schema)",
        ),
    ],
)
def test_check_config_when_the_file_is_bad_then_one_line_says_why_without_values_and_exit_code_is_2(
    tmp_path: Path, content: str | None, said: str
) -> None:
    file = tmp_path / "config.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    result = CliRunner().invoke(app, ["check-config", "-c", str(file)])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert SECRET not in result.stderr
    assert "Traceback" not in result.stderr


def test_check_config_when_the_file_is_a_folder_or_not_text_then_exit_code_is_2(tmp_path: Path) -> None:
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    for file in (tmp_path, binary):
        result = CliRunner().invoke(app, ["check-config", "-c", str(file)])
        assert result.exit_code == 2
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert len(result.stderr.splitlines()) == 2


def test_check_config_when_a_section_meets_null_then_exit_code_is_2(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FREQTRADE__RISKKIT__CIRCUIT_BREAKER__DRAWDOWN__LIMIT", "0.1")
    result = check({"riskkit": {"circuit_breaker": None}})
    assert result.exit_code == 2
    assert "Freqtrade can't put the config together" in result.stderr


def test_check_config_when_no_file_is_named_then_reads_freqtrades_usual_places(
    check: Check, tmp_path: Path
) -> None:
    check()
    (tmp_path / "user_data").mkdir()
    (tmp_path / "config.json").rename(tmp_path / "user_data" / "config.json")
    for arguments in ([], ["--userdir", str(tmp_path / "user_data")]):
        assert CliRunner().invoke(app, ["check-config", *arguments]).exit_code == 0


def test_check_config_when_run_then_writes_no_file_makes_no_folder_and_leaves_logging_alone(
    check: Check, tmp_path: Path
) -> None:
    before = (list(logging.root.handlers), logging.root.level, logging.root.manager.disable)
    assert check({"logfile": "freqtrade.log"}).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]
    assert (list(logging.root.handlers), logging.root.level, logging.root.manager.disable) == before


def test_check_config_when_the_config_holds_secrets_then_none_is_printed(check: Check) -> None:
    changes = {
        "exchange": {"key": SECRET, "secret": SECRET, "password": SECRET},
        "riskkit": {"db_url": f"postgresql+psycopg://kit:{SECRET}@db:5432/risk?password={SECRET}"},
    }
    for arguments in ((), ("--json",)):
        result = check(changes, *arguments)
        assert result.exit_code == 0
        assert SECRET not in result.output
        assert "postgresql+psycopg://***@db:5432/risk" in result.output


def test_check_config_when_the_account_id_looks_like_markup_then_printed_as_it_is(check: Check) -> None:
    result = check({"riskkit": {"account_id": "a@b:c"}})
    assert "a@b:c" in result.output


def test_schema_when_printed_then_is_json_that_describes_the_section() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert set(json.loads(result.stdout)["properties"]) == {"riskkit"}


def test_schema_when_printed_with_freqtrades_then_describes_both_and_accepts_the_example() -> None:
    result = CliRunner().invoke(app, ["schema", "--with-freqtrade"])
    whole = json.loads(result.stdout)
    assert {"riskkit", "exchange", "stake_currency"} <= set(whole["properties"])
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    Draft4Validator(whole).validate(example)
    example["riskkit"]["mode"] = "on"
    assert not Draft4Validator(whole).is_valid(example)
