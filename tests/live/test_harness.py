"""The bots of the live tests leave nothing behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.live.bot import Bot, BotEnded
from tests.live.conftest import PAIRS
from tests.live.fleet import fleet
from tests.live.ports import listens
from tests.live.preloaded import CAN_FORK, UNSEEN, preloaded
from tests.live.strategies import puppet
from tests.live.waiting import NotInTime

forks = pytest.mark.skipif(not CAN_FORK, reason="only Linux tells of the end of another process's child")


def test_bots_when_told_to_end_or_the_test_fails_then_their_processes_and_ports_are_gone(
    overlay: Mapping[str, Any], tmp_path: Path
) -> None:
    bots: list[Bot] = []

    with (
        pytest.raises(NotInTime, match="something that never happens: not within 1 s"),
        fleet(tmp_path, overlay, puppet(), PAIRS[:1], bots) as make,
    ):
        told, left = make(), make()
        told.spawn()
        left.start()
        told.when("a loop", lambda seen: seen["loops"] > 1)
        assert told.stop() in (0, 128 + signal.SIGINT)
        assert not listens(told.port)
        left.wait_for("something that never happens", lambda: False, seconds=1)

    assert bots == [told, left]
    assert not left.is_running
    assert not listens(left.port)
    with pytest.raises(BotEnded, match="exit code -9"):
        left.wait_for("anything", lambda: True)


@forks
def test_processes_when_forked_and_killed_at_once_or_left_to_end_then_their_exit_codes_are_told(
    tmp_path: Path,
) -> None:
    for kills in (True, False) * 5:
        forked = preloaded().run(["--version"], tmp_path, tmp_path / "log")
        if kills:
            os.killpg(forked.pid, signal.SIGKILL)
        assert forked.wait(30) == (-signal.SIGKILL if kills else 0)


@forks
def test_process_to_fork_from_when_it_has_ended_then_there_is_another_and_what_was_forked_is_told_apart(
    tmp_path: Path,
) -> None:
    origin = preloaded()
    forked = origin.run(["--help"], tmp_path, tmp_path / "log")
    origin.close()

    assert forked.wait(30) == UNSEEN
    assert preloaded() is not origin
    assert preloaded().run(["--version"], tmp_path, tmp_path / "log").wait(30) == 0
