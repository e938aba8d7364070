"""The bot's own time, for whoever isn't handed the moment of a loop."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Give the bot's own time."""
    return datetime.now(UTC)
