"""The bots of the live tests leave nothing behind."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.live.bot import Bot, BotEnded
from tests.live.conftest import PAIRS
from tests.live.fleet import fleet
from tests.live.ports import listens
from tests.live.strategies import puppet
from tests.live.waiting import NotInTime


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
