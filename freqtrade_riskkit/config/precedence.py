"""
What is in force when nothing was written: presets, then profiles, then what other keys imply.

A key written in the config (or set by the strategy's parameters) > a preset > the profile > the default.
"""

from __future__ import annotations

from freqtrade_riskkit.config.presets import (
    BREAKER_PRESETS,
    BREAKER_RULE_PRESETS,
    BREAKER_RULES,
    ENTRY_PRESETS,
    PROFILE_SECTIONS,
)
from freqtrade_riskkit.config.written import Tree

PROFILES = ("micro_cap", "small", "standard")


class Resolution:
    """
    The section while values are added to it, strongest first.

    Parameters
    ----------
    tree
        The section as written. It is changed in place.

    Attributes
    ----------
    sources
        Where each added value comes from, by dotted key.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.sources: dict[str, str] = {}

    def section(self, dotted: str) -> Tree | None:
        """Return a section that is written and on, else None."""
        value: object = self.tree
        for key in dotted.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else None

    def get(self, dotted: str) -> object:
        """Return the value of a key so far, None where it has none."""
        parent, _, key = dotted.rpartition(".")
        section = self.section(parent) if parent else self.tree
        return None if section is None else section.get(key)

    def named(self, dotted: str) -> str:
        """Return the name that a key gives, empty where it gives none."""
        value = self.get(dotted)
        return value if isinstance(value, str) else ""

    def offer(self, dotted: str, value: object, source: str) -> None:
        """Set a key that has no value yet and whose section is on."""
        parent, _, key = dotted.rpartition(".")
        section = self.section(parent) if parent else self.tree
        if section is not None and key not in section:
            section[key] = value
            self.sources[dotted] = source


def resolve(tree: Tree) -> Resolution:
    """Add what the named presets and the profile bring to the section as written."""
    resolution = Resolution(tree)
    tree.setdefault("entry", {})
    _profile(resolution)
    _breaker(resolution)
    _entry(resolution)
    return resolution


def _profile(resolution: Resolution) -> None:
    profile = resolution.get("profile")
    if profile not in PROFILES:
        return
    source = f"profile {profile}"
    for section, values in PROFILE_SECTIONS.get(str(profile), {}).items():
        resolution.offer(section, {}, source)
        for key, value in values.items():
            resolution.offer(f"{section}.{key}", value, source)


def _breaker(resolution: Resolution) -> None:
    preset = resolution.named("circuit_breaker.preset")
    source = f"preset {preset}"
    for rule in BREAKER_RULES:
        key = f"circuit_breaker.{rule}"
        preset_values = BREAKER_RULE_PRESETS.get(preset, {})
        if preset_values:
            resolution.offer(key, {}, source)
        _without_an_end(resolution, rule)
        for name, value in preset_values.items():
            resolution.offer(f"{key}.{name}", value, source)
    for name, value in BREAKER_PRESETS.get(preset, {}).items():
        resolution.offer(f"circuit_breaker.{name}", value, source)
    stop_duration = "circuit_breaker.daily_loss.stop_duration"
    if resolution.get(stop_duration) is not None:
        resolution.offer("circuit_breaker.daily_loss.min_stop_duration", 0, f"follows {stop_duration}")


def _without_an_end(resolution: Resolution, rule: str) -> None:
    """Drop the duration that a rule has by itself where another end, or none, is written."""
    key = f"circuit_breaker.{rule}"
    if resolution.get(f"{key}.reset") == "manual":
        resolution.offer(f"{key}.stop_duration", None, f"follows {key}.reset")
    elif rule != "daily_loss" and resolution.get(f"{key}.unlock_at") is not None:
        resolution.offer(f"{key}.stop_duration", None, f"follows {key}.unlock_at")


def _entry(resolution: Resolution) -> None:
    preset = resolution.named("entry.preset")
    normal, high = "entry.max_open_positions", "entry.max_open_positions_high_confidence"
    written, values = resolution.get(normal), ENTRY_PRESETS.get(preset, {})
    if isinstance(written, int) and written > values.get("max_open_positions_high_confidence", 0):
        resolution.offer(high, written, f"follows {normal}")
    for key, value in values.items():
        candles = key.replace("_seconds", "_candles")
        if candles == key or resolution.get(f"entry.{candles}") is None:
            resolution.offer(f"entry.{key}", value, f"preset {preset}")
