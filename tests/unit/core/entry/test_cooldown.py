"""The least time between two entries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from freqtrade_riskkit.core.decisions import Code, Unit
from freqtrade_riskkit.core.entry.cooldown import EntryCooldown
from freqtrade_riskkit.core.entry.request import OVERRIDE, SECOND_LEG, EntryKind
from tests.unit.core.entry.entry_cases import ACCOUNT, NOW, REQUEST

COOLDOWN = EntryCooldown(seconds=30, seconds_with_positions=300)


@pytest.mark.parametrize(
    ("open_positions", "passed", "wait"),
    [
        (0, 0, 30),
        (0, 29.999, 30),
        (0, 30, None),
        (1, 30, 300),
        (1, 299.999, 300),
        (1, 300, None),
        (5, 301, None),
        (0, -5, 30),
    ],
)
def test_entry_when_it_follows_another_then_it_waits_to_the_second(
    open_positions: int, passed: float, wait: float | None
) -> None:
    account = ACCOUNT._replace(open_positions=open_positions, last_entry_at=NOW - timedelta(seconds=passed))

    decision = COOLDOWN.check(REQUEST, account)

    assert decision.allowed is (wait is None)
    if wait is not None:
        assert (decision.code, decision.limit, decision.value, decision.unit) == (
            Code.ENTRY_COOLDOWN,
            wait,
            passed,
            Unit.SECONDS,
        )


def test_entry_when_it_is_the_first_then_it_waits_for_nothing() -> None:
    assert COOLDOWN.check(REQUEST, ACCOUNT._replace(open_positions=3)).allowed


@pytest.mark.parametrize("kind", [EntryKind.ADDED, EntryKind.REPLACED, EntryKind.REPLACED_ADDED])
def test_entry_when_added_or_replaced_then_exempt(kind: EntryKind) -> None:
    account = ACCOUNT._replace(open_positions=1, last_entry_at=NOW)

    assert COOLDOWN.check(REQUEST._replace(kind=kind), account).allowed


def test_second_leg_when_it_follows_at_once_then_exempt_and_any_other_tag_is_not() -> None:
    account = ACCOUNT._replace(open_positions=1, last_entry_at=NOW)

    assert COOLDOWN.check(REQUEST._replace(enter_tag=SECOND_LEG), account).allowed
    assert not COOLDOWN.check(REQUEST._replace(enter_tag="second_leg"), account).allowed
    assert not COOLDOWN.check(REQUEST._replace(enter_tag=OVERRIDE), account).allowed


def test_cooldown_when_only_one_is_set_then_the_other_never_waits() -> None:
    cooldown = EntryCooldown(seconds=0, seconds_with_positions=300)

    assert cooldown.check(REQUEST, ACCOUNT._replace(last_entry_at=NOW)).allowed
