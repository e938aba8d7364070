"""A person's force entry is told from a signal by the thread it runs in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from freqtrade_riskkit.core.decisions import ALLOWED, Code, Decision
from freqtrade_riskkit.core.entry.request import OVERRIDE
from freqtrade_riskkit.host import force_entries

DENIED = Decision(False, Code.POSITION_LIMIT)


def during_force_entry(look: Callable[[], Any]) -> Any:
    """Ask something while a force entry is under way."""
    wrapped: list[Callable[..., Any]] = []
    force_entries.hook_force_entries(lambda owner, name, wrap: wrapped.append(wrap(lambda rpc: look())))
    return wrapped[0](None)


def test_tag_when_no_force_entry_is_under_way_then_it_overrides_nothing() -> None:
    assert not force_entries.is_overridden(DENIED, OVERRIDE)
    during_force_entry(lambda: None)
    assert not force_entries.is_overridden(DENIED, OVERRIDE)


@pytest.mark.parametrize(
    ("decision", "tag", "overridden"),
    [
        (DENIED, OVERRIDE, True),
        (DENIED, "force_entry", False),
        (DENIED, None, False),
        (ALLOWED, OVERRIDE, False),
        (Decision(False, Code.ENTRIES_DISABLED), OVERRIDE, True),
        (Decision(False, Code.LEDGER_UNAVAILABLE), OVERRIDE, True),
        (Decision(False, Code.CONFIG_INVALID), OVERRIDE, False),
        (Decision(False, Code.CHECK_FAILED), OVERRIDE, False),
    ],
)
def test_tag_when_a_force_entry_is_under_way_then_it_overrides_all_but_a_kit_that_does_not_work(
    decision: Decision, tag: str | None, overridden: bool
) -> None:
    assert during_force_entry(lambda: force_entries.is_overridden(decision, tag)) is overridden


def test_tag_when_a_signal_comes_in_another_thread_meanwhile_then_it_overrides_nothing() -> None:
    seen: list[bool] = []

    def look() -> None:
        loop = threading.Thread(target=lambda: seen.append(force_entries.is_overridden(DENIED, OVERRIDE)))
        loop.start()
        loop.join(10)

    during_force_entry(look)

    assert seen == [False]


def test_force_entry_when_it_fails_then_the_next_signal_is_no_force_entry() -> None:
    def fail() -> None:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        during_force_entry(fail)
    assert not force_entries.is_overridden(DENIED, OVERRIDE)


def test_denial_when_overridden_again_within_a_force_entry_then_no_news() -> None:
    other = Decision(False, Code.ENTRY_COOLDOWN)

    news = during_force_entry(lambda: [force_entries.is_news(d) for d in (DENIED, DENIED, other)])

    assert news == [True, False, True]
    assert during_force_entry(lambda: force_entries.is_news(DENIED)) is True
