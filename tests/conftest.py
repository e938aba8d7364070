"""Plugins and settings for all tests."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = [
    "pytester",
    "tests.support.traceability",
    "tests.support.fixtures",
    "tests.support.bot_logs",
    "tests.support.turns",
]

# Examples are timed by pytest-timeout as a whole; a single slow one on a busy machine is no failure.
settings.register_profile("kit", deadline=None)
settings.load_profile("kit")
