"""`riskkit schema`: the JSON schema that editors complete and check the section with."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Annotated, Any

import typer
from freqtrade.config_schema.config_schema import CONF_SCHEMA

from freqtrade_riskkit.config import json_schema


def schema(
    with_freqtrade: Annotated[
        bool, typer.Option("--with-freqtrade", help="Describe Freqtrade's own keys as well.")
    ] = False,
) -> None:
    """Print the JSON schema of the riskkit section, for editors."""
    print(json.dumps(_whole() if with_freqtrade else json_schema(), indent=2))


def _whole() -> dict[str, Any]:
    """Return Freqtrade's schema with the section in it; both keep their definitions apart."""
    ours, whole = json_schema(), deepcopy(CONF_SCHEMA)
    whole["$schema"], whole["$defs"] = ours["$schema"], ours["$defs"]
    whole["properties"] |= ours["properties"]
    return whole
