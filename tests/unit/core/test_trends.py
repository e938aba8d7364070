"""Metrics by calendar period and over the last trades: which trade counts where, and against what."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskkit.core.performance_arrays import metrics_of_arrays
from freqtrade_riskkit.core.trends import Period, by_period, last_trades, whole
from tests.unit.core.histories import BEGAN, history

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


# Friday 30 and Saturday 31 January, Sunday 1 and Monday 2 February.
CLOSES = [
    (100.0, at(1, 30, 23, 59)),
    (-50.0, at(1, 31)),
    (-30.0, at(1, 31, 23)),
    (60.0, at(2, 1)),
    (-108.0, at(2, 2)),
]


def test_days_when_read_then_each_trade_in_the_day_of_its_close() -> None:
    """Midnight begins a day. Opened with 1000, 1100, 1020 and 1080; the last loses 108 of those: a tenth."""
    days = by_period(history(CLOSES), Period.DAY, None, None, NOW)
    assert [(day.since, day.metrics.trades, day.opening_balance) for day in days] == [
        (at(1, 30), 1, 1000.0),
        (at(1, 31), 2, 1100.0),
        (at(2, 1), 1, 1020.0),
        (at(2, 2), 1, 1080.0),
    ]
    assert [day.until for day in days] == [at(1, 31), at(2, 1), at(2, 2), at(2, 3)]
    assert days[1].metrics.max_drawdown == pytest.approx(80 / 1100)
    assert days[3].metrics.max_drawdown == pytest.approx(0.1)
    assert [day.metrics.net_profit for day in days] == [100.0, -80.0, 60.0, -108.0]


def test_weeks_when_read_then_they_begin_on_monday() -> None:
    weeks = by_period(history(CLOSES), Period.WEEK, None, None, NOW)
    assert [(week.since, week.until, week.metrics.trades) for week in weeks] == [
        (at(1, 26), at(2, 2), 4),
        (at(2, 2), at(2, 9), 1),
    ]


def test_months_when_read_then_a_month_without_a_close_is_left_out() -> None:
    closes = [*CLOSES, (1.0, at(4, 30))]
    months = by_period(history(closes), Period.MONTH, None, None, at(4, 30, 12))
    assert [(month.since, month.until, month.metrics.trades) for month in months] == [
        (at(1, 1), at(2, 1), 3),
        (at(2, 1), at(3, 1), 2),
        (at(4, 1), at(4, 30, 12), 1),
    ]


def test_period_when_cut_then_its_ends_are_those_of_the_question() -> None:
    """Two trades are left of January and one of February; the first of all is before the question."""
    months = by_period(history(CLOSES), Period.MONTH, at(1, 31), at(2, 2), NOW)
    assert [(month.since, month.until, month.metrics.trades, month.opening_balance) for month in months] == [
        (at(1, 31), at(2, 1), 2, 1100.0),
        (at(2, 1), at(2, 2), 1, 1020.0),
    ]


def test_whole_when_asked_in_another_time_zone_then_the_same_moments() -> None:
    east = timezone(timedelta(hours=9))
    asked = whole(history(CLOSES), at(1, 31).astimezone(east), at(2, 1).astimezone(east), NOW)
    assert asked == whole(history(CLOSES), at(1, 31), at(2, 1), NOW)
    assert (asked.since, asked.metrics.trades) == (at(1, 31), 2)


def test_whole_when_it_is_all_then_the_metrics_of_all_arrays() -> None:
    """From the account's start until now."""
    account = history(CLOSES)
    stretch = whole(account, None, None, NOW)
    assert (stretch.since, stretch.until, stretch.opening_balance) == (BEGAN, NOW, 1000.0)
    columns = (account.net_pnl, account.fees, account.holding_seconds)
    assert stretch.metrics == metrics_of_arrays(1000.0, *columns, BEGAN, NOW)


def test_whole_when_an_entry_is_before_the_start_then_the_account_is_that_old() -> None:
    """Imported trades may be older than the bot's first start; an hour in the trade before the close."""
    account = history(CLOSES, began=at(2, 20), held=timedelta(hours=1))
    assert whole(account, None, None, NOW).since == at(1, 30, 22, 59)


def test_whole_when_a_close_is_ahead_of_the_clock_then_it_counts() -> None:
    """The exchange's clock may be a second before this machine's; no trade is lost by that."""
    stretch = whole(history(CLOSES), None, None, at(2, 1, 23))
    assert (stretch.metrics.trades, stretch.until) == (5, at(2, 2) + timedelta(microseconds=1))


def test_whole_when_nothing_closed_then_everything_is_undefined() -> None:
    stretch = whole(history([]), None, None, NOW)
    assert (stretch.metrics.trades, stretch.metrics.max_drawdown, stretch.metrics.sharpe) == (0, None, None)
    assert by_period(history([]), Period.DAY, None, None, NOW) == []
    assert by_period(history(CLOSES), Period.DAY, at(3, 1), None, NOW) == []


def test_last_trades_when_there_are_more_then_since_the_close_before_them() -> None:
    """The last two: 60 and −108 on top of 1000 + 100 − 80."""
    stretch = last_trades(history(CLOSES), 2, None, None, NOW)
    assert (stretch.since, stretch.opening_balance) == (at(1, 31, 23), 1020.0)
    assert (stretch.metrics.trades, stretch.metrics.net_profit) == (2, -48.0)
    assert stretch.metrics.max_drawdown == pytest.approx(108 / 1080)


@pytest.mark.parametrize("count", [5, 6, 10**9])
def test_last_trades_when_there_are_no_more_then_all(count: int) -> None:
    assert last_trades(history(CLOSES), count, None, None, NOW) == whole(history(CLOSES), None, None, NOW)


def test_last_trades_when_a_period_is_named_then_its_last() -> None:
    stretch = last_trades(history(CLOSES), 1, at(1, 30), at(2, 1), NOW)
    assert (stretch.since, stretch.metrics.net_profit) == (at(1, 31), -30.0)
    with pytest.raises(ValueError, match="count must be 1 or more"):
        last_trades(history(CLOSES), 0, None, None, NOW)


def test_withdrawal_when_it_lies_between_trades_then_no_fall_and_less_to_fall_from() -> None:
    """1000 + 100, then 600 are taken out: the loss of 50 falls from a peak of 500."""
    closes = [(100.0, at(1, 30)), (-50.0, at(2, 2))]
    account = history(closes, flows=[(-600.0, at(2, 1))])
    stretch = whole(account, None, None, NOW)
    assert stretch.metrics.max_drawdown == pytest.approx(0.1)
    assert stretch.metrics.current_drawdown == pytest.approx(0.1)
    assert stretch.metrics.max_drawdown_abs == 50.0
    assert stretch.metrics.net_profit == 50.0
    assert stretch.metrics.peak_equity == 500.0
    months = by_period(account, Period.MONTH, None, None, NOW)
    assert [month.opening_balance for month in months] == [1000.0, 1100.0]
    assert months[1].metrics.max_drawdown == pytest.approx(0.1)
    assert whole(account, at(2, 2), None, NOW).opening_balance == 500.0


def test_deposit_when_it_came_then_no_profit_and_more_to_fall_from() -> None:
    """100 with 900 added: a loss of 50 is 5 %, not 50 %."""
    account = history([(-50.0, at(2, 2))], balance=100.0, flows=[(900.0, at(2, 1))])
    metrics = whole(account, None, None, NOW).metrics
    assert metrics.max_drawdown == pytest.approx(0.05)
    assert metrics.net_profit == -50.0


def test_flow_when_at_the_moment_of_a_close_then_before_it() -> None:
    account = history([(-50.0, at(2, 2))], balance=100.0, flows=[(900.0, at(2, 2))])
    assert whole(account, None, None, NOW).metrics.max_drawdown == pytest.approx(0.05)


def test_stretch_when_it_opened_with_nothing_then_ratios_to_it_are_undefined() -> None:
    """1000 lost to 50, and 60 drawn on credit: −10 in February. Sharpe needs no balance."""
    account = history([(-950.0, at(1, 30)), (30.0, at(2, 2)), (-10.0, at(2, 3))], flows=[(-60.0, at(1, 31))])
    metrics = by_period(account, Period.MONTH, None, None, NOW)[1].metrics
    assert (metrics.max_drawdown, metrics.current_drawdown, metrics.calmar) == (None, None, None)
    assert (metrics.max_drawdown_abs, metrics.peak_equity, metrics.net_profit) == (10.0, 20.0, 20.0)
    assert metrics.sharpe is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"balance": 0.0}, "starting_balance must be above 0"),
        ({"balance": math.nan}, "starting_balance must be above 0"),
        ({"began": datetime(2026, 1, 1)}, "started_at must be aware"),  # noqa: DTZ001
    ],
)
def test_history_when_it_can_not_be_then_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        history(CLOSES, **change)  # type: ignore[arg-type]


def test_history_when_out_of_order_then_refused() -> None:
    with pytest.raises(ValueError, match="in the order of their closing"):
        history(CLOSES[::-1])


def test_moment_when_naive_then_refused() -> None:
    with pytest.raises(ValueError, match="aware of its time zone"):
        whole(history(CLOSES), datetime(2026, 1, 31), None, NOW)  # noqa: DTZ001


moments = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone itself
    max_value=datetime(2026, 3, 15),  # noqa: DTZ001
    timezones=st.just(UTC),
)
closes = st.lists(st.tuples(st.integers(-900, 900).map(float), moments), max_size=40).map(
    lambda found: sorted(found, key=lambda close: close[1])
)


@given(
    closes=closes, period=st.sampled_from(Period), ends=st.tuples(st.none() | moments, st.none() | moments)
)
def test_periods_when_added_up_then_the_whole(
    closes: Sequence[tuple[float, datetime]],
    period: Period,
    ends: tuple[datetime | None, datetime | None],
) -> None:
    """Each trade is in exactly one period; each period opens where the one before left off."""
    account = history(closes, balance=1e6)
    total = whole(account, *ends, NOW)
    parts = by_period(account, period, *ends, NOW)
    assert sum(part.metrics.trades for part in parts) == total.metrics.trades
    assert sum(part.metrics.wins for part in parts) == total.metrics.wins
    assert math.isclose(
        sum(part.metrics.net_profit for part in parts), total.metrics.net_profit, abs_tol=1e-6
    )
    for part, following in pairwise(parts):
        assert part.since < part.until <= following.since
        assert math.isclose(following.opening_balance, part.opening_balance + part.metrics.net_profit)
    if parts:
        assert math.isclose(parts[0].opening_balance, total.opening_balance)


@given(closes=closes, period=st.sampled_from(Period))
def test_period_when_taken_by_itself_then_the_metrics_of_its_slice(
    closes: Sequence[tuple[float, datetime]], period: Period
) -> None:
    account = history(closes, balance=1e6)
    for part in by_period(account, period, None, None, NOW):
        inside = np.array([part.since <= close < part.until for _, close in closes])
        columns = (account.net_pnl[inside], account.fees[inside], account.holding_seconds[inside])
        assert part.metrics == metrics_of_arrays(part.opening_balance, *columns, part.since, part.until)
