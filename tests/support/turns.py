"""In which order workers that share the cores run the tests.

Tests of a real bot mostly wait, the others mostly compute. So every other worker begins with the former, the
longest first, and the rest with the latter; who is done early takes over from the others' ends.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import pytest

_BOTS = Path(__file__).parents[1] / "live"
_LONGEST = (
    *("test_bots_of_one_name.py", "test_metrics_after_flows.py", "test_equity_of_open_positions.py"),
    *("test_records_bad_input.py", "test_status.py", "test_manual_reset.py", "test_records_of_a_fleet.py"),
    *("test_deposits_and_withdrawals.py", "test_records_after_kills.py", "test_breaker_states.py"),
    *("test_order_rate.py", "test_manual_trip.py", "test_errors_in_a_row.py", "test_stale_data.py"),
)
_Test = TypeVar("_Test")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers > 1:
        waiting = sorted((item for item in items if item.path.is_relative_to(_BOTS)), key=_rank)
        items[:] = dealt(waiting, [item for item in items if not item.path.is_relative_to(_BOTS)], workers)


def dealt(waiting: list[_Test], computing: list[_Test], workers: int) -> list[_Test]:
    """Put tests into the order in which pytest-xdist cuts them into equal parts, one for each worker."""
    order: list[_Test] = []
    others = iter(computing)
    count = len(waiting) + len(computing)
    waiters = (workers + 1) // 2
    for worker in range(workers):
        if worker % 2 == 0:
            order += waiting[worker // 2 :: waiters]
        order += [
            test for _, test in zip(range(len(order), count * (worker + 1) // workers), others, strict=False)
        ]
    return [*order, *others]


def _rank(item: pytest.Item) -> int:
    return _LONGEST.index(item.path.name) if item.path.name in _LONGEST else len(_LONGEST)
