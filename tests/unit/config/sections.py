"""Sections of one key, and the lines with which a section is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from freqtrade_riskkit.config import ConfigInvalid, load


def nested(dotted: str, value: object) -> dict[str, Any]:
    """Return a section in which only one key is written."""
    for key in reversed(dotted.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


def problems(section: object, parameters: Mapping[str, object] | None = None) -> tuple[str, ...]:
    """Return the lines with which a section is refused."""
    with pytest.raises(ConfigInvalid) as refused:
        load(section, parameters)
    return refused.value.problems
