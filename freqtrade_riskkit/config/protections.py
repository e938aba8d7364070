"""`riskkit.protections`: Freqtrade's own, with the domains that Freqtrade doesn't check itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails, PydanticCustomError

from freqtrade_riskkit.config.domains import MOST_CANDLES, MOST_COUNTED, YEAR_MINUTES, Number, Text, refusal

Check = Callable[[object], object]

_HOW_TO_SWITCH_ON = {
    "RiskKitCircuitBreaker": 'the section "circuit_breaker": {} switches the breaker on',
    "RiskKitOrderTracking": 'the section "order_tracking": {} switches order tracking on',
}


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise refusal("true or false")
    return value


_MINUTES = Number(1, YEAR_MINUTES, unit="minutes", whole=True).check
_CANDLES = Number(1, MOST_CANDLES, unit="candles", whole=True).check
_COUNT = Number(1, MOST_COUNTED, whole=True).check
_PROFIT = Number(-1000, 1000).check
_SHARE = Number(0, 1, percent=True).check

#: Keys that every protection reads.
_OF_ALL: Mapping[str, Check] = {
    "stop_duration": _MINUTES,
    "stop_duration_candles": _CANDLES,
    "lookback_period": _MINUTES,
    "lookback_period_candles": _CANDLES,
    "unlock_at": Text(
        r"([01]?[0-9]|2[0-3]):[0-5]?[0-9]", 'a time of day in UTC like "00:00" or "18:30"', "quoted, HH:MM"
    ).check,
}
#: Keys that one of Freqtrade's protections reads beside them.
_OF_ONE: Mapping[str, Mapping[str, Check]] = {
    "LowProfitPairs": {"trade_limit": _COUNT, "required_profit": _PROFIT, "only_per_side": _flag},
    "MaxDrawdown": {
        "trade_limit": _COUNT,
        "max_allowed_drawdown": _SHARE,
        "calculation_mode": Text("ratios|equity", '"ratios" or "equity"').check,
    },
    "StoplossGuard": {
        "trade_limit": _COUNT,
        "required_profit": _PROFIT,
        "only_per_pair": _flag,
        "only_per_side": _flag,
    },
}


def _is_protection(value: dict[str, Any]) -> dict[str, Any]:
    """Refuse what is no protection, and every value of a known key that Freqtrade couldn't count with."""
    method = value.get("method")
    if not isinstance(method, str) or not method:
        raise refusal('a Freqtrade protection with its "method", like {"method": "CooldownPeriod", …}')
    if method.startswith("RiskKit"):
        hint = _HOW_TO_SWITCH_ON.get(method, "sections of their own switch the kit's protections on")
        raise refusal("one of Freqtrade's own protections", hint, was=json.dumps(method))
    refused: list[InitErrorDetails] = []
    for key, check in {**_OF_ALL, **_OF_ONE.get(method, {})}.items():
        if key not in value:
            continue
        try:
            check(value[key])
        except PydanticCustomError as error:
            refused.append(InitErrorDetails(type=error, loc=(key,), input=value[key]))
    if refused:
        raise ValidationError.from_exception_data(method, refused)
    return value


Protection = Annotated[
    dict[str, Any],
    AfterValidator(_is_protection),
    WithJsonSchema({"type": "object", "required": ["method"], "properties": {"method": {"type": "string"}}}),
]
