"""`riskkit status` on records that a bot would have left: what is printed, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from freqtrade_riskkit.core.breaker import Action, TripWay
from freqtrade_riskkit.core.data_standing import DataStanding, MarkStanding
from freqtrade_riskkit.core.decisions import Code, Decision, Unit
from freqtrade_riskkit.report.standing import print_standing, to_json
from tests.unit.cli.breaker_records import MORNING, stand
from tests.unit.cli.records import exit_code

pytestmark = pytest.mark.usefixtures("bare_surroundings")


def test_command_when_a_trip_holds_then_printed_and_exit_code_1(
    bot: Callable[..., None], config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Drawdown, for it still holds whenever this test runs."""
    bot([-151.0])
    assert exit_code("status", "-c", config()) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "Account main, generation 1, mode enforce: breaker open, entries are denied" in shown
    assert "DRAWDOWN_EXCEEDED 15.10% of 15.00%" in shown
    assert "a person resets it" in shown


def test_command_when_asked_to_explain_then_rules_and_history_are_told(
    bot: Callable[..., None], config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    bot([-130.0, -21.0])
    assert exit_code("status", "-c", config(), "--explain") == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert (
        "Drawdown: trips at 15.00% below the equity's peak, open positions included. "
        "A trip holds until a person resets it."
    ) in shown
    assert "delete its lock on *" in shown
    assert shown.index("LIMIT_NEAR") < shown.index("DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1510")


def test_command_when_all_is_well_then_json_and_exit_code_0(
    bot: Callable[..., None], config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    bot([10.0])
    assert exit_code("status", "-c", config(), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["account_id"], answer["breaker"], answer["equity"]) == ("main", "closed", 1010.0)
    rules = ["daily_loss", "drawdown", "loss_streak", "order_rate", "errors"]
    assert [figure["rule"] for figure in answer["figures"]] == rules


def test_command_when_positions_are_open_then_their_marks_are_in_the_figures_with_their_age(
    bot: Callable[..., None], config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """10 lost by a close and 25 on what is open, priced at 08:02 and a pair never; looked at 90 s later."""
    bot(
        [-10.0],
        also=lambda breaker: breaker.equity_moved(965.0, MORNING + timedelta(minutes=2)),
        data=DataStanding(
            (
                MarkStanding("BTC/USDT", False, 97.5, MORNING + timedelta(minutes=2)),
                MarkStanding("ETH/USDT", False, 50.0, MORNING + timedelta(minutes=3)),
                MarkStanding("XYZ/USDT", False, None, None),
            ),
            Decision(False, Code.DATA_STALE, 120.0, None, Unit.SECONDS, "no rate of XYZ/USDT is known"),
            "deposits and withdrawals can't be read (refused): no permission",
        ),
    )
    standing = stand(config(), minutes=3.5)
    assert (standing.equity, standing.day_loss) == (965.0, 35.0)
    print_standing(Console(highlight=False), standing)
    shown = " ".join(capsys.readouterr().out.split())
    assert "recorded on 2026-03-02 08:02 UTC, 90 s ago" in shown
    assert "Equity 965.00 USDT, peak 1000.00 USDT, lost today 35.00 USDT; open positions included." in shown
    assert "The oldest price of an open position is 90 s old." in shown
    assert "Without a price, and counted at cost: XYZ/USDT." in shown
    assert "entries were denied: DATA_STALE: limit=120 s, no rate of XYZ/USDT is known" in shown
    assert "Note: deposits and withdrawals can't be read (refused): no permission." in shown
    told = to_json(standing)["data"]
    assert [(mark["pair"], mark["rate"], mark["age_seconds"]) for mark in told["marks"]] == [
        ("BTC/USDT", 97.5, 90.0),
        ("ETH/USDT", 50.0, 30.0),
        ("XYZ/USDT", None, None),
    ]
    assert (told["stale"]["code"], told["stale"]["limit"]) == ("DATA_STALE", 120.0)


def test_command_when_a_person_tripped_then_the_way_and_what_is_done_stand_beside_the_rules_trips(
    bot: Callable[..., None], config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    bot(
        [-151.0],
        also=lambda breaker: breaker.trip(
            TripWay.FLAG_FILE, MORNING + timedelta(minutes=5), "riskkit.halt", action=Action.FLATTEN
        ),
    )
    assert exit_code("status", "-c", config()) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "DRAWDOWN_EXCEEDED 15.10% of 15.00% a person resets it" in shown
    assert "DRAWDOWN_EXCEEDED: tripped by its rule (peak=1000, equity=849). Entries are denied." in shown
    assert "MANUAL_TRIP – a person resets it" in shown
    assert (
        "MANUAL_TRIP: tripped by a flag file (riskkit.halt). Entries are denied, open entry orders are "
        "cancelled, open positions are sold."
    ) in shown
    assert exit_code("status", "-c", config(), "--json") == 1
    trips = json.loads(capsys.readouterr().out)["trips"]
    assert [(trip["code"], trip["way"], trip["action"]) for trip in trips] == [
        ("DRAWDOWN_EXCEEDED", "rule", "block"),
        ("MANUAL_TRIP", "flag_file", "flatten"),
    ]


def test_command_when_words_from_outside_hold_markup_or_control_characters_then_they_are_shown_as_they_are(
    bot: Callable[..., None], config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of accounts and pairs, the reason of a trip, what was recorded: each may be somebody else's."""
    hostile = "[red]x\x1b[2Jy"
    bot(
        [10.0],
        also=lambda breaker: breaker.trip(TripWay.FLAG_FILE, MORNING + timedelta(minutes=5), hostile),
        data=DataStanding((MarkStanding(f"{hostile}/USDT", False, None, None),), None, f"trouble {hostile}"),
        account=f"{hostile}@binance:spot:dry",
    )
    arguments = ("status", "-c", config({"circuit_breaker": {}}, bot_name=hostile), "--explain")
    assert exit_code(*arguments) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "\x1b" not in shown
    plain = r"[red]x\x1b[2Jy"
    assert f"Account {plain}@binance:spot:dry, generation 1" in shown
    assert f"Without a price, and counted at cost: {plain}/USDT." in shown
    assert f"tripped by a flag file ({plain})" in shown
    assert f"Note: trouble {plain}." in shown
    history = shown.partition("What happened")[2]
    assert plain in history


def test_command_when_nothing_is_known_then_one_line_and_exit_code_2(
    config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("status", "-c", config(), "--json") == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.startswith("riskkit status: no records of account main yet")
    assert len(answer.err.splitlines()) == 1
