"""`riskkit report` on records that bots would have left, held against figures computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.host.bot_state import STATE_NAME as BREAKER_STATE
from freqtrade_riskkit.ledger import open_ledger
from tests.unit.cli.records import BEGAN, CLOSES, URL, at, leave_records, write_config

pytestmark = pytest.mark.usefixtures("bare_surroundings")


def test_report_when_trades_closed_then_every_figure_as_by_hand(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    """1000 → 1100 → 1050 → 1050 → 1020 → 1080 → 972, between 1 January and 3 February: 33 days.

    Mean profit −28 / 6; squares about it 100², 50², 0, 30², 60² and 108².
    """
    leave_records(tmp_path, CLOSES)
    shown = answer("--until", "2026-02-03")
    squares = sum(pnl**2 for pnl, _ in CLOSES) - 28**2 / 6
    lost = [-50.0, -30.0, -108.0]
    spread = (sum((pnl + 188 / 3) ** 2 for pnl in lost) / 3) ** 0.5
    a_day = -28 / 33
    assert shown["metrics"] == pytest.approx(
        {
            "trades": 6,
            "wins": 2,
            "losses": 3,
            "draws": 1,
            "win_rate": 1 / 3,
            "average_win": 80.0,
            "average_loss": 188 / 3,
            "expectancy": -28 / 6,
            "expectancy_ratio": (1 + 80 / (188 / 3)) / 3 - 1,
            "profit_factor": 160 / 188,
            "sharpe": a_day / (squares / 6) ** 0.5 * 365**0.5,
            "sortino": a_day / spread * 365**0.5,
            "calmar": a_day / 1000 * 100 / (128 / 1100) * 365**0.5,
            "sqn": 6**0.5 * (-28 / 6) / (squares / 5) ** 0.5,
            "max_drawdown": 128 / 1100,
            "max_drawdown_abs": 128.0,
            "current_drawdown": 128 / 1100,
            "current_drawdown_abs": 128.0,
            "peak_equity": 1100.0,
            "win_streak": 0,
            "loss_streak": 1,
            "longest_win_streak": 1,
            "longest_loss_streak": 3,
            "average_holding_seconds": 1800.0,
            "fees": 3.0,
            "net_profit": -28.0,
        }
    )
    assert (shown["account_id"], shown["currency"], shown["starting_balance"]) == ("main", "USDT", 1000.0)
    assert (shown["since"], shown["until"]) == ("2026-01-01T00:00:00Z", "2026-02-03T00:00:00Z")
    assert (shown["generation"], shown["generations"], shown["equity"]) == (1, 1, None)


def test_report_when_by_day_then_each_day_against_its_own_opening(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    leave_records(tmp_path, CLOSES)
    trend = answer("--by", "day")["trend"]
    assert [
        (day["since"][:10], day["metrics"]["trades"], day["opening_balance"], day["metrics"]["max_drawdown"])
        for day in trend
    ] == [
        ("2026-01-30", 1, 1000.0, 0.0),
        ("2026-01-31", 3, 1100.0, pytest.approx(80 / 1100)),
        ("2026-02-01", 1, 1020.0, 0.0),
        ("2026-02-02", 1, 1080.0, pytest.approx(0.1)),
    ]


@pytest.mark.parametrize(
    ("arguments", "trades", "opening"),
    [
        (["--last", "2"], 2, 1020.0),
        (["--last", "99"], 6, 1000.0),
        (["--since", "2026-01-31"], 5, 1100.0),
        (["--since", "2026-01-31T00:00:00.000001"], 4, 1050.0),
        (["--until", "2026-01-31"], 1, 1000.0),
        (["--since", "2026-01-31T02:00+02:00", "--until", "2026-02-01T01:00:00+01:00"], 3, 1100.0),
        (["--since", "2026-01-31", "--until", "2026-02-02", "--last", "1"], 1, 1020.0),
        (["--since", "2026-05-01"], 0, 972.0),
    ],
)
def test_report_when_a_part_is_asked_for_then_its_trades_and_its_opening_balance(
    answer: Callable[..., Any], tmp_path: Path, arguments: list[str], trades: int, opening: float
) -> None:
    """Ends are half-open; a moment without a zone is UTC."""
    leave_records(tmp_path, CLOSES)
    shown = answer(*arguments)
    assert (shown["metrics"]["trades"], shown["opening_balance"]) == (trades, opening)


def test_report_when_there_are_samples_then_the_falls_between_closes(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    """Open positions took the equity to 700 of a peak of 1000, which no close shows."""
    hours = [(1000.0, 1000.0), (700.0, 1000.0), (1100.0, 1100.0), (1045.0, 1100.0)]
    samples = [
        EquitySample(BEGAN + timedelta(hours=hour), equity, 1000.0, equity - 1000.0, peak, 3.0)
        for hour, (equity, peak) in enumerate(hours)
    ]
    leave_records(tmp_path, [], samples=samples)
    equity = answer()["equity"]
    assert (equity["max_drawdown"], equity["max_drawdown_abs"]) == (0.3, 300.0)
    assert (equity["peak"], equity["current_drawdown"], equity["current_drawdown_abs"]) == (1100, 0.05, 55)
    assert equity["max_drawdown_at"] == "2026-01-01T01:00:00Z"
    later = answer("--since", "2026-01-01T02:00")["equity"]
    assert (later["samples"], later["max_drawdown"]) == (2, 0.05)


def test_report_when_money_came_in_then_it_is_no_profit_and_a_note_says_so(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    leave_records(
        tmp_path, [(-50.0, at(2, 2))], balance=100.0, flows=[CashFlow(900.0, at(2, 1), "deposit 1")]
    )
    shown = answer()
    assert (shown["metrics"]["max_drawdown"], shown["metrics"]["net_profit"]) == (0.05, -50.0)
    assert shown["cash_flows"] == 900.0
    assert "+900 USDT" in shown["notes"][-1]


def test_report_when_the_database_was_begun_anew_then_generations_stay_apart(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    leave_records(tmp_path, CLOSES, fingerprint="f1")
    leave_records(tmp_path, [(7.0, at(2, 3))], fingerprint="f2", balance=500.0, opened_at=at(2, 1))
    newest = answer()
    assert (newest["generation"], newest["generations"], newest["metrics"]["trades"]) == (2, 2, 1)
    first = answer("--generation", "1")
    assert (first["generation"], first["metrics"]["trades"], first["starting_balance"]) == (1, 6, 1000.0)


def test_accounts_when_side_by_side_then_each_column_is_its_own_report(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    leave_records(tmp_path, CLOSES)
    leave_records(tmp_path, [(0.001, at(2, 3))], account="other", balance=0.5, currency="BTC")
    until = ("--until", "2026-03-01", "--by", "month")
    shown = answer("--all", *until)
    assert shown["accounts"] == [answer("--account", name, *until) for name in ("main", "other")]
    assert shown["left_out"] == []
    assert set(shown) == {"accounts", "left_out"}


def test_report_when_read_then_nothing_is_written(tmp_path: Path, answer: Callable[..., Any]) -> None:
    leave_records(tmp_path, CLOSES)
    write_config(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    answer("--all", "--by", "day")
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before


def test_breaker_when_only_it_remembers_the_beginning_then_its_word_counts(
    answer: Callable[..., Any], tmp_path: Path
) -> None:
    """A store of a kit that kept no other record of it."""
    from freqtrade_riskkit.config import load
    from freqtrade_riskkit.core.breaker import CircuitBreaker
    from freqtrade_riskkit.host.bot_state import VERSION, Booked, BotState, to_text
    from freqtrade_riskkit.host.policies import breaker_policy

    leave_records(tmp_path, CLOSES, balance=None)
    section = load({"circuit_breaker": {}}).config.circuit_breaker
    assert section is not None
    memory = CircuitBreaker(breaker_policy(section), 2000.0, BEGAN).remember()
    state = BotState(VERSION, "EUR", 2000.0, memory, 2000.0, {}, booked=Booked(0, None, frozenset()))
    ledger = open_ledger(URL, tmp_path / "user_data", "main", "main", BEGAN)
    ledger.save_state(BREAKER_STATE, to_text(state), BEGAN)
    ledger.close()
    shown = answer()
    assert (shown["starting_balance"], shown["currency"]) == (2000.0, "EUR")
    assert shown["metrics"]["max_drawdown"] == pytest.approx(128 / 2100)
