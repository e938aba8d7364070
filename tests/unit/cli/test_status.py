"""`riskkit status` on records that a bot would have left."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from freqtrade_riskkit.cli.recorded_breaker import read_standing
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.config import load
from freqtrade_riskkit.core.breaker import (
    Action,
    BreakerEvent,
    BreakerState,
    CircuitBreaker,
    RuleName,
    TripWay,
)
from freqtrade_riskkit.core.data_standing import DataStanding, MarkStanding
from freqtrade_riskkit.core.decisions import Code, Decision, Unit
from freqtrade_riskkit.host.bot_state import STATE_NAME, VERSION, BotState, to_text
from freqtrade_riskkit.host.breaker_words import describe
from freqtrade_riskkit.host.policies import breaker_policy
from freqtrade_riskkit.ledger import open_ledger
from freqtrade_riskkit.report.standing import Standing, print_standing, to_json
from tests.unit.cli.records import SECTION, exit_code

MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("bare_surroundings")
Losses = list[float]
NOTHING_OPEN = DataStanding()


@pytest.fixture
def bot(tmp_path: Path) -> Callable[..., None]:
    """Leave what a bot of 1,000 USDT leaves that closes trades of these profits, a minute apart."""

    def leave(
        profits: Losses,
        section: Mapping[str, Any] = SECTION,
        fingerprint: str = "f1",
        also: Callable[[CircuitBreaker], list[BreakerEvent]] = lambda breaker: [],
        data: DataStanding = NOTHING_OPEN,
    ) -> None:
        breaker_section = load(section).config.circuit_breaker
        assert breaker_section is not None
        breaker = CircuitBreaker(breaker_policy(breaker_section), 1000.0, MORNING)
        equity, events = 1000.0, []
        for number, profit in enumerate(profits, start=1):
            equity += profit
            events += breaker.trade_closed(equity, profit / 100, MORNING + timedelta(minutes=number))
        events += also(breaker)
        memory = breaker.remember()
        state = BotState(VERSION, "USDT", 1000.0, memory, equity, {}, memory.now, frozenset(), data=data)
        ledger = open_ledger(
            "sqlite:///riskkit.sqlite",
            tmp_path / "user_data",
            str(section["account_id"]),
            fingerprint,
            MORNING,
        )
        for event in events:
            kind, code, text = describe(event, "USDT", would=section.get("mode") == "observe")
            ledger.add_decision(kind, code, event.at, text, "{}")
        ledger.save_state(STATE_NAME, to_text(state), memory.now)
        ledger.close()

    return leave


def stand(config: Path, *, minutes: float = 10, explained: bool = False) -> Standing:
    """Look at the account some minutes after the morning."""
    return read_standing([str(config)], None, MORNING + timedelta(minutes=minutes), explained=explained)


def test_status_when_all_is_well_then_closed_with_every_figure(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    """Losses of 10 and 15 from 1,000: 25 of a limit of 50, 2.5 % of 15 %, 2 of 5."""
    bot([-10.0, -15.0])
    standing = stand(config())
    assert (standing.breaker, standing.is_open, standing.trips) == (BreakerState.CLOSED, False, ())
    assert (standing.equity, standing.peak, standing.day_loss) == (975.0, 1000.0, 25.0)
    assert {figure.rule: (figure.value, figure.limit, figure.share) for figure in standing.figures} == {
        RuleName.DAILY_LOSS: (25.0, 50.0, pytest.approx(0.5)),
        RuleName.DRAWDOWN: (0.025, 0.15, pytest.approx(1 / 6)),
        RuleName.LOSS_STREAK: (2, 5, 0.4),
        RuleName.ORDER_RATE: (0, 10, 0.0),
        RuleName.ERRORS: (0, 3, 0.0),
    }


def test_status_when_a_trip_holds_then_open_with_its_numbers_and_its_end(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    """52 lost of a limit of 50 at 08:01; it holds until midnight."""
    bot([-52.0])
    standing = stand(config())
    assert standing.is_open
    (trip,) = standing.trips
    assert (str(trip.code), trip.limit, trip.value) == ("DAILY_LOSS_EXCEEDED", 50.0, 52.0)
    assert (trip.at, trip.until) == (MORNING + timedelta(minutes=1), datetime(2026, 3, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(64.9, BreakerState.OPEN), (65, BreakerState.COOLDOWN), (80, BreakerState.CLOSED)],
)
def test_status_when_time_went_on_without_the_bot_then_as_of_now(
    bot: Callable[..., None], config: Callable[..., Path], minutes: float, state: BreakerState
) -> None:
    """Five losses by 08:05: an hour open, until 09:05, then 15 minutes of cooldown."""
    bot([-1.0] * 5)
    assert stand(config(), minutes=minutes).breaker is state


def test_status_when_a_person_has_to_reset_then_it_never_ends_by_itself(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    bot([-151.0])
    standing = stand(config(), minutes=60 * 24 * 30)
    assert [(str(trip.code), trip.until) for trip in standing.trips] == [("DRAWDOWN_EXCEEDED", None)]


def test_status_when_the_config_got_stricter_then_the_trip_to_come_is_noted(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    bot([-40.0])
    stricter = {**SECTION, "circuit_breaker": {"daily_loss": {"limit": 0.03}}}
    standing = stand(config(stricter))
    assert standing.is_open
    assert any("not recorded" in note for note in standing.notes)


@pytest.mark.parametrize(
    ("stake_currency", "notes"),
    [
        ("EUR", ("the records are in USDT, the stake is now EUR: the bot's breaker begins anew.",)),
        (None, ()),
    ],
)
def test_status_when_the_configs_currency_is_another_or_none_then_only_another_one_is_noted(
    bot: Callable[..., None],
    config: Callable[..., Path],
    stake_currency: str | None,
    notes: tuple[str, ...],
) -> None:
    """Freqtrade's config may be given without what only a bot needs."""
    bot([10.0])
    file = config(stake_currency=stake_currency)
    if stake_currency is None:
        content = json.loads(file.read_text(encoding="utf-8"))
        del content["stake_currency"]
        file.write_text(json.dumps(content), encoding="utf-8")
    standing = stand(file)
    assert (standing.currency, standing.notes) == ("USDT", notes)


def test_status_when_the_database_is_new_then_the_new_generation_counts(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    bot([-52.0], fingerprint="f1")
    bot([], fingerprint="f2")
    standing = stand(config())
    assert (standing.generation, standing.breaker) == (2, BreakerState.CLOSED)


@pytest.mark.parametrize(("mode", "is_open"), [("enforce", True), ("observe", True), ("off", False)])
def test_status_when_the_mode_differs_then_only_off_has_nothing_to_find(
    bot: Callable[..., None], config: Callable[..., Path], mode: str, is_open: bool
) -> None:
    bot([-52.0])
    standing = stand(config({**SECTION, "mode": mode}))
    assert (standing.breaker, standing.is_open) == (BreakerState.OPEN, is_open)


def test_status_when_the_breaker_is_off_then_said_so(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    bot([-52.0])
    standing = stand(config({"account_id": "main"}))
    assert (standing.breaker, standing.is_open, standing.figures) == (None, False, ())
    assert "the config has no circuit_breaker section." in standing.notes


def test_status_when_there_are_no_records_then_refused_with_those_there_are(
    bot: Callable[..., None], config: Callable[..., Path], tmp_path: Path
) -> None:
    """What isn't known must not be read as fine."""
    with pytest.raises(Refused, match=r"no records of account main yet; a bot with the kit begins them"):
        stand(config())
    assert list((tmp_path / "user_data").iterdir()) == []
    bot([], section={**SECTION, "account_id": "other"})
    with pytest.raises(Refused, match=r"no records of account main yet; there are records of other"):
        stand(config())


def test_status_when_no_breaker_was_recorded_yet_then_refused(
    config: Callable[..., Path], tmp_path: Path
) -> None:
    open_ledger("sqlite:///riskkit.sqlite", tmp_path / "user_data", "main", "f1", MORNING).close()
    with pytest.raises(Refused, match="has recorded no breaker yet"):
        stand(config())


def test_status_when_the_state_can_not_be_read_then_refused_in_one_line(
    config: Callable[..., Path], tmp_path: Path
) -> None:
    ledger = open_ledger("sqlite:///riskkit.sqlite", tmp_path / "user_data", "main", "f1", MORNING)
    ledger.save_state(STATE_NAME, '{"version": 99}', MORNING)
    ledger.close()
    with pytest.raises(Refused, match="the stored state of the breaker can't be read"):
        stand(config())


def test_status_when_read_then_nothing_is_written(
    bot: Callable[..., None], config: Callable[..., Path], tmp_path: Path
) -> None:
    bot([-52.0])
    file = config()
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    stand(file, explained=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_account_when_the_config_names_none_then_it_is_the_one_that_the_bot_takes(
    bot: Callable[..., None], config: Callable[..., Path]
) -> None:
    bot([], section={**SECTION, "account_id": "dipper@binance:spot:dry"})
    assert stand(config({"circuit_breaker": {}}, bot_name="dipper")).account_id == "dipper@binance:spot:dry"


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


def test_command_when_nothing_is_known_then_one_line_and_exit_code_2(
    config: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("status", "-c", config(), "--json") == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.startswith("riskkit status: no records of account main yet")
    assert len(answer.err.splitlines()) == 1
