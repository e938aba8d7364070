"""docs/configuration.md has a row for each key, with the default that the model has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.config.errors import section_model
from freqtrade_riskkit.config.presets import ENTRY_PRESETS

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"


def tables() -> dict[str, dict[str, str]]:
    """Return, for each documented section, the default of each key in its table."""
    found: dict[str, dict[str, str]] = {}
    sections: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            sections = re.findall(r"`(riskkit[a-z_.]*)`", line)
        elif line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            for section in sections:
                if len(cells) == 5:
                    found.setdefault(section, {})[cells[0].strip("` ")] = cells[3].strip("`")
    return found


def defaults(model: type[BaseModel], section: str = "riskkit") -> dict[str, dict[str, str]]:
    """Return the same as the models have it."""
    found: dict[str, dict[str, str]] = {section: {}}
    for key, field in model.model_fields.items():
        default = field.default
        found[section][key] = "{}" if isinstance(default, BaseModel) else json.dumps(default)
        inner = section_model(field)
        if inner is not None:
            found |= defaults(inner, f"{section}.{key}")
    return found


@pytest.mark.parametrize("section", sorted(set(defaults(RiskKitConfig)) - {"riskkit.standard"}))
def test_configuration_page_when_read_then_has_each_key_of_the_section_with_its_default(section: str) -> None:
    documented = {
        key: float(text) if text.replace(".", "").isdigit() else text
        for key, text in tables()[section].items()
    }
    modelled = {
        key: float(text) if text.replace(".", "").isdigit() else text
        for key, text in defaults(RiskKitConfig)[section].items()
    }
    assert documented == modelled


def test_configuration_page_when_read_then_has_each_entry_preset_with_its_values() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, values in ENTRY_PRESETS.items():
        row = " | ".join(f"{value:g}" for value in values.values())
        assert f"| `{name}` | {row} |" in text
