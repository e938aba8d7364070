"""The JSON schema accepts and refuses what `load` accepts and refuses, key by key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from freqtrade_riskkit.config import RiskKitConfig, json_schema


def accepts(section: dict[str, Any]) -> bool:
    """Whether an editor with the schema leaves a config alone."""
    return bool(Draft202012Validator(json_schema()).is_valid({"riskkit": section, "stake_currency": "USDT"}))


def test_schema_when_made_then_is_a_valid_schema_in_plain_json() -> None:
    Draft202012Validator.check_schema(json.loads(json.dumps(json_schema())))


@pytest.mark.parametrize(
    "section",
    [
        {},
        {"circuit_breaker": {}, "order_tracking": {}, "exits": {"bracket": {}}},
        {"circuit_breaker": {"preset": "timed", "drawdown": None, "max_trips_per_day": None}},
        {"circuit_breaker": {"daily_loss": {"limit": 1, "unlock_at": "23:59"}}},
        {"circuit_breaker": {"daily_loss": {"action": "flatten"}, "errors": {"action": "cancel"}}},
        {"circuit_breaker": {"order_rate": {"per_minute": None, "per_hour": 30}, "data": None}},
        {"circuit_breaker": {"manual": {"action": "flatten", "flag_file": "stop-7.now", "pause": True}}},
        {"circuit_breaker": {"added_entries": "budget", "cash_flows": {"read": False}}},
        {"entry": {"preset": "moderate", "cooldown_candles": 3}},
        {"protections": [{"method": "CooldownPeriod", "stop_duration": 5}]},
        {"account_id": "main", "db_url": "postgresql+psycopg://kit@db/risk"},
    ],
)
def test_schema_when_the_section_is_right_then_accepts(section: dict[str, Any]) -> None:
    assert accepts(section)


@pytest.mark.parametrize(
    "section",
    [
        {"modus": "off"},
        {"mode": "on"},
        {"circuit_breaker": {"daily_loss": {"limit": 5}}},
        {"circuit_breaker": {"daily_loss": {"limit": 0}}},
        {"circuit_breaker": {"daily_loss": {"unlock_at": "24:00"}}},
        {"circuit_breaker": {"loss_streak": {"limit": 2.5}}},
        {"circuit_breaker": {"loss_streak": {"action": "flatten"}}},
        {"circuit_breaker": {"order_rate": {"per_minute": 0}}},
        {"circuit_breaker": {"errors": {"limit": None}}},
        {"circuit_breaker": {"manual": {"flag_file": "../riskkit.halt"}}},
        {"circuit_breaker": {"manual": {"flag_file": "riskkit.SQLite"}}},
        {"circuit_breaker": {"manual": None}},
        {"circuit_breaker": {"data": {"max_mark_age_seconds": 0}}},
        {"circuit_breaker": {"flatten_agreement": 1}},
        {"entry": {"max_open_positions": 0}},
        {"entry": {"enabled": "yes"}},
        {"exits": {"bracket": {"stop": 1}}},
        {"protections": [{}]},
        {"account_id": "a/b"},
        {"db_url": "mysql://db/risk"},
    ],
)
def test_schema_when_the_section_is_wrong_then_refuses(section: dict[str, Any]) -> None:
    assert not accepts(section)


def test_schema_when_read_by_a_person_then_every_key_is_explained() -> None:
    def unexplained(part: dict[str, Any], path: str) -> list[str]:
        return [
            f"{path}.{key}"
            for key, value in part.get("properties", {}).items()
            if not value.get("description")
        ]

    whole = json_schema()
    missing = unexplained(whole["properties"]["riskkit"], "riskkit")
    for name, definition in whole["$defs"].items():
        missing += unexplained(definition, name)
    assert missing == []


def test_models_when_declared_then_are_frozen_and_refuse_unknown_keys() -> None:
    def models(model: type[BaseModel]) -> set[type[BaseModel]]:
        found = {model}
        for field in model.model_fields.values():
            if isinstance(field.default, BaseModel):
                found |= models(type(field.default))
        return found

    for model in models(RiskKitConfig):
        assert model.model_config["frozen"]
        assert model.model_config["extra"] == "forbid"
