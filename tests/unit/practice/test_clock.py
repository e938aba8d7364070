"""The exchange's clock."""

from __future__ import annotations

import pytest

from freqtrade_riskkit.practice.clock import PracticeClock, wall_clock_ms


class Machine:
    now = 1_000

    def __call__(self) -> int:
        return self.now


@pytest.mark.parametrize(("speed", "expected"), [(1, 5_250), (0, 5_000), (10, 7_500), (0.5, 5_125)])
def test_clock_when_the_machine_moves_then_it_moves_at_its_speed(speed: float, expected: int) -> None:
    machine = Machine()
    clock = PracticeClock(5_000, speed, machine)
    machine.now += 250

    assert clock.now_ms() == expected


def test_clock_when_no_start_is_given_then_it_shows_the_machines_time() -> None:
    before = wall_clock_ms()
    assert before <= PracticeClock().now_ms() <= wall_clock_ms()


def test_clock_when_advanced_then_it_jumps_forwards_only() -> None:
    clock = PracticeClock(5_000, 0, Machine())
    clock.advance(60_000)

    assert clock.now_ms() == 65_000
    with pytest.raises(ValueError, match="never runs backwards"):
        clock.advance(-1)


def test_clock_when_the_speed_is_negative_then_refused() -> None:
    with pytest.raises(ValueError, match="speed must be at least 0"):
        PracticeClock(speed=-1)
