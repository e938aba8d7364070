"""`riskkit status` on records that a bot would have left: what is read of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.core.breaker import BreakerState, RuleName
from freqtrade_riskkit.host.bot_state import STATE_NAME
from freqtrade_riskkit.ledger import open_ledger
from tests.unit.cli.breaker_records import MORNING, stand
from tests.unit.cli.records import SECTION

pytestmark = pytest.mark.usefixtures("bare_surroundings")


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
