"""All steps are done, whichever fails, and the first failure is told."""

import logging

import pytest

from freqtrade_riskkit.host.steps import Steps


def test_steps_when_two_of_three_fail_then_all_are_done_and_the_first_failure_is_raised(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done, steps = [], Steps()
    with steps:
        done.append(1)
        raise ValueError("the first")
    with steps:
        done.append(2)
        raise KeyError("the second")
    with steps:
        done.append(3)

    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="the first"):
        steps.end()

    assert done == [1, 2, 3]


def test_steps_when_none_fails_then_nothing_is_raised() -> None:
    steps = Steps()
    with steps:
        pass
    steps.end()


def test_steps_when_the_process_is_to_stop_then_that_passes_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Steps():
        raise KeyboardInterrupt
