"""The `riskkit` section as a JSON schema, for editors."""

from __future__ import annotations

from typing import Any

from freqtrade_riskkit.config.root import RiskKitConfig


def json_schema() -> dict[str, Any]:
    """Return a schema of a Freqtrade config of which only the `riskkit` section is described."""
    section = RiskKitConfig.model_json_schema()
    definitions = section.pop("$defs")
    section["description"] = "Settings of freqtrade-riskkit."
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Freqtrade config with a riskkit section",
        "type": "object",
        "properties": {"riskkit": section},
        "$defs": definitions,
    }
