"""In which modes of Freqtrade a live test's bots trade."""

from __future__ import annotations

import pytest


def in_dry_run_and_live(*rows: str) -> pytest.MarkDecorator:
    """Run a test twice, with bots in dry-run and with live ones; each shows these rows in its mode."""
    return _modes("dry_run", "live", rows=rows)


def in_live(*rows: str) -> pytest.MarkDecorator:
    """Run a test with live bots; it shows these rows, where any are named."""
    return _modes("live", rows=rows)


def _modes(*modes: str, rows: tuple[str, ...]) -> pytest.MarkDecorator:
    runs = [
        pytest.param(mode, marks=[pytest.mark.feature(*rows, mode)] if rows else [], id=mode)
        for mode in modes
    ]
    return pytest.mark.parametrize("make_bot", runs, indirect=True)
