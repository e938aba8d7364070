"""Keys that have to agree with one another, checked on the section with presets and profiles applied."""

from __future__ import annotations

from collections.abc import Iterator

from freqtrade_riskkit.config.breaker import ManualRule
from freqtrade_riskkit.config.precedence import Resolution
from freqtrade_riskkit.config.presets import BREAKER_RULES


def disagreements(resolution: Resolution, refused: frozenset[str]) -> Iterator[str]:
    """
    Yield one line for each pair of keys that contradict one another.

    Parameters
    ----------
    resolution
        The section after precedence.
    refused
        Dotted keys whose own value was refused already: nothing is said about them.
    """
    for rule in BREAKER_RULES:
        section = f"circuit_breaker.{rule}"
        keys = ("reset", "stop_duration", "unlock_at", "min_stop_duration")
        if resolution.section(section) is not None and not refused & {f"{section}.{key}" for key in keys}:
            yield from _end_of_trip(resolution, rule)
    yield from _windows(resolution)
    yield from _cooldowns(resolution, refused)
    if not refused & {"db_url", "circuit_breaker.manual.flag_file"}:
        yield from _flag_file(resolution)
    if not refused & {"entry.max_open_positions", "entry.max_open_positions_high_confidence"}:
        yield from _position_limits(resolution)


def _end_of_trip(resolution: Resolution, rule: str) -> Iterator[str]:
    section = f"circuit_breaker.{rule}"
    reset = resolution.get(f"{section}.reset") or ("manual" if rule == "drawdown" else "auto")
    stop_duration = resolution.get(f"{section}.stop_duration")
    unlock_at = resolution.get(f"{section}.unlock_at")
    if reset == "manual":
        yield from _end_under_manual(resolution, rule)
    elif rule == "daily_loss":
        shortest = resolution.get(f"{section}.min_stop_duration")
        if _number(stop_duration) is not None and (_number(shortest) or 0) > (_number(stop_duration) or 0):
            yield (
                f"riskkit.{section}.min_stop_duration must be at most stop_duration ({stop_duration:g}), "
                f"was {shortest:g} (keep one of the two)"
            )
    elif stop_duration is not None and unlock_at is not None:
        yield (
            f'riskkit.{section} has both stop_duration and unlock_at ("{unlock_at}"): a trip has one end '
            "(keep one of the two)"
        )
    elif unlock_at is None and stop_duration is None and _ends_by_nothing(resolution, rule):
        yield (
            f'riskkit.{section}.reset is "auto", but nothing ends a trip '
            '(add "stop_duration" in minutes or "unlock_at", or write "reset": "manual")'
        )


def _end_under_manual(resolution: Resolution, rule: str) -> Iterator[str]:
    section = f"circuit_breaker.{rule}"
    written = "" if resolution.get(f"{section}.reset") else " by default"
    for end in ("stop_duration",) if rule == "daily_loss" else ("stop_duration", "unlock_at"):
        value = resolution.get(f"{section}.{end}")
        if value is not None:
            yield (
                f'riskkit.{section}.{end} has no effect while reset is "manual"{written} '
                f'(add "reset": "auto", or leave {end} out)'
            )


def _ends_by_nothing(resolution: Resolution, rule: str) -> bool:
    """Whether a rule has no end: most have a duration of their own unless it was written away."""
    section = resolution.section(f"circuit_breaker.{rule}") or {}
    return rule == "drawdown" or "stop_duration" in section


def _windows(resolution: Resolution) -> Iterator[str]:
    """Refuse an order rate without a window: it would read as on and count nothing."""
    section = resolution.section("circuit_breaker.order_rate") or {}
    if all(window in section and section[window] is None for window in ("per_minute", "per_hour")):
        yield (
            "riskkit.circuit_breaker.order_rate: per_minute and per_hour are both null, no window is left to "
            'count orders in (write "order_rate": null to switch the rule off)'
        )


def _flag_file(resolution: Resolution) -> Iterator[str]:
    """Refuse a flag file that is the ledger, or a file that SQLite keeps beside it."""
    if resolution.section("circuit_breaker") is None:
        return
    flag = str(resolution.get("circuit_breaker.manual.flag_file") or ManualRule().flag_file)
    url = str(resolution.get("db_url") or "")
    ledger = url.partition("?")[0].rpartition("/")[2]
    files = [f"{ledger}{tail}".lower() for tail in ("", "-wal", "-shm", "-journal")]
    if url.startswith("sqlite") and flag.lower() in files:
        yield (
            "riskkit.circuit_breaker.manual.flag_file must not be the ledger of riskkit.db_url "
            f'({ledger}), was "{flag}" (a reset removes the file: give it another name)'
        )


def _cooldowns(resolution: Resolution, refused: frozenset[str]) -> Iterator[str]:
    for seconds in ("entry.cooldown_seconds", "entry.cooldown_with_positions_seconds"):
        candles = seconds.replace("_seconds", "_candles")
        both = resolution.get(seconds) is not None and resolution.get(candles) is not None
        if both and not refused & {seconds, candles}:
            yield (
                f"riskkit.{seconds} and riskkit.{candles} set the same cooldown in two units "
                "(keep one of the two)"
            )


def _position_limits(resolution: Resolution) -> Iterator[str]:
    normal = resolution.get("entry.max_open_positions")
    high = resolution.get("entry.max_open_positions_high_confidence")
    if high is None:
        return
    if normal is None:
        yield (
            "riskkit.entry.max_open_positions_high_confidence needs max_open_positions beside it "
            "(the limit for all other signals)"
        )
    elif isinstance(high, int) and isinstance(normal, int) and high < normal:
        source = resolution.sources.get("entry.max_open_positions")
        came = f", {source}" if source else ""
        yield (
            "riskkit.entry.max_open_positions_high_confidence must be at least max_open_positions "
            f"({normal}{came}), was {high}"
        )


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
