"""The order in which several workers run the tests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.turns import _BOTS, _LONGEST, dealt


def test_files_when_named_as_the_longest_then_there_are_such_files() -> None:
    assert [name for name in _LONGEST if not (_BOTS / name).is_file()] == []


@given(waiting=st.integers(0, 40), computing=st.integers(0, 200), workers=st.integers(2, 9))
def test_tests_when_dealt_to_workers_then_each_once_and_the_waiting_ones_begin_every_other_part(
    waiting: int, computing: int, workers: int
) -> None:
    tests = dealt([f"w{n}" for n in range(waiting)], [f"c{n}" for n in range(computing)], workers)

    assert len(tests) == len(set(tests)) == waiting + computing
    assert [test for test in tests if test[0] == "c"] == [f"c{n}" for n in range(computing)]
    if computing > 4 * waiting:
        parts = [tests[len(tests) * n // workers : len(tests) * (n + 1) // workers] for n in range(workers)]
        begun = [[test for test in part if test[0] == "w"] for part in parts]
        assert all(
            part[: len(waiting_ones)] == waiting_ones for part, waiting_ones in zip(parts, begun, strict=True)
        )
        assert max(map(len, begun[::2])) - min(map(len, begun[::2])) <= 1
        assert not any(begun[1::2])
