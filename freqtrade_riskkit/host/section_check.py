"""What of a section only Freqtrade and the ledger can judge, asked before anything is begun with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.plugins.protectionmanager import ProtectionManager
from freqtrade.resolvers import ProtectionResolver

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.ledger import LedgerUrlInvalid, locate

_ANY_TIMEFRAME = "1h"


def section_problems(
    section: RiskKitConfig, freqtrade: Mapping[str, Any], timeframe: str | None
) -> list[str]:
    """Say what of a section whose every value is in its domain can't be used all the same.

    Parameters
    ----------
    section
        The section in force.
    freqtrade
        Freqtrade's config.
    timeframe
        Of the strategy, which the config need not name; None where it isn't known: no protection can be
        built without one, and any will do.
    """
    config = {**freqtrade, "timeframe": timeframe or _ANY_TIMEFRAME}
    problems = [*_of_the_ledger(section.db_url, config)]
    for index, protection in enumerate(section.protections):
        problems += _of_a_protection(f"riskkit.protections[{index}]", dict(protection), config)
    return problems


def _of_the_ledger(db_url: str, config: Mapping[str, Any]) -> Iterator[str]:
    try:
        locate(db_url, config["user_data_dir"])
    except LedgerUrlInvalid as error:
        yield str(error)


def _of_a_protection(name: str, protection: dict[str, Any], config: dict[str, Any]) -> Iterator[str]:
    """Find, check and build a protection as Freqtrade will; nothing of it is kept."""
    method = str(protection["method"])
    found = _class_of(method, config)
    if found is None:
        known = ", ".join(_known(config))
        yield f"{name}.method must be one of {known}, was {json.dumps(method)}"
        return
    try:
        ProtectionManager.validate_protections([protection])
        found(config=config, protection_config=protection).short_desc()
    except OperationalException as error:
        yield f"{name}: {_one_line(error)}"
    except Exception as error:  # noqa: BLE001 - a protection may raise anything, and it is told
        yield f"{name}: {method} can't be built: {type(error).__name__}: {_one_line(error)}"


def _class_of(method: str, config: dict[str, Any]) -> Any:
    """Find a protection's class where Freqtrade does, without the lines that it logs for each it loads."""
    for folder in ProtectionResolver.build_search_paths(config, user_subdir=ProtectionResolver.user_subdir):
        if folder.is_dir():
            found, _ = ProtectionResolver._search_object(folder, object_name=method)
            if found is not None:
                return found
    return None


def _known(config: dict[str, Any]) -> list[str]:
    found = ProtectionResolver.search_all_objects(config, enum_failed=False)
    return sorted(str(item["name"]) for item in found if not str(item["name"]).startswith("RiskKit"))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
