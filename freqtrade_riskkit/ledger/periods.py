"""Half-open periods: what happened at `since` or later, and before `until`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ColumnElement

from freqtrade_riskkit.ledger.inputs import aware


def within(
    moment: Column[datetime], since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    """Give the conditions that hold within the period; an open end, None, gives none."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(moment >= aware("since", since))
    if until is not None:
        conditions.append(moment < aware("until", until))
    return conditions
