"""What the presets and the profiles bring, by the key that they set."""

from __future__ import annotations

from collections.abc import Mapping

#: `riskkit.entry.preset`: cooldowns in seconds, the confidence as a ratio.
ENTRY_PRESETS: Mapping[str, Mapping[str, float]] = {
    "conservative": {
        "max_open_positions": 1,
        "max_open_positions_high_confidence": 2,
        "high_confidence": 0.95,
        "cooldown_seconds": 60,
        "cooldown_with_positions_seconds": 600,
    },
    "moderate": {
        "max_open_positions": 2,
        "max_open_positions_high_confidence": 3,
        "high_confidence": 0.95,
        "cooldown_seconds": 30,
        "cooldown_with_positions_seconds": 300,
    },
    "aggressive": {
        "max_open_positions": 3,
        "max_open_positions_high_confidence": 5,
        "high_confidence": 0.90,
        "cooldown_seconds": 30,
        "cooldown_with_positions_seconds": 180,
    },
}

#: `riskkit.circuit_breaker.preset`: what each named preset sets for every rule, then for the breaker itself.
BREAKER_RULE_PRESETS: Mapping[str, Mapping[str, object]] = {"timed": {"reset": "auto", "stop_duration": 60}}
BREAKER_PRESETS: Mapping[str, Mapping[str, object]] = {
    "timed": {"cooldown_minutes": 15, "max_trips_per_day": None}
}
#: The rules whose trips end in the same ways. A manual trip is none of them: it ends as it began.
BREAKER_RULES = ("daily_loss", "drawdown", "loss_streak", "order_rate", "errors")

#: `riskkit.profile`: sections that a profile switches on where the config says nothing of them, with keys.
PROFILE_SECTIONS: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "micro_cap": {"order_tracking": {"fragmentation_action": "deny"}}
}
