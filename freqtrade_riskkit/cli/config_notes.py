"""What a reader of `check-config` should know beyond the values themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from freqtrade_riskkit.cli.account_size import AccountSize, PositionLimits
from freqtrade_riskkit.cli.breaker_notes import breaker_notes
from freqtrade_riskkit.cli.candle_length import Candle
from freqtrade_riskkit.cli.channel_notes import channel_notes
from freqtrade_riskkit.config import Loaded, RiskKitConfig

#: From which and below which size, in dollars, each profile is meant.
_SIZE_OF_PROFILE = {"micro_cap": (15.0, 500.0), "small": (500.0, 1000.0), "standard": (1000.0, math.inf)}


def notes(
    loaded: Loaded,
    freqtrade: Mapping[str, Any],
    account: AccountSize,
    positions: PositionLimits,
    candle: Candle | None,
) -> tuple[str, ...]:
    """Return one sentence for each thing that works otherwise than the values alone suggest."""
    config = loaded.config
    breaker, acts = config.circuit_breaker, config.mode == "enforce"
    if not loaded.present:
        return ("There is no riskkit section: the kit only keeps its records and denies nothing.",)
    if config.mode == "off":
        return (
            "Mode off: the kit does nothing, results are those of the strategy without it, and locks "
            "that it wrote are released.",
        )
    return (
        *_mode(config),
        *_profile(config, account),
        *_slots(config, positions),
        *(() if breaker is None else breaker_notes(breaker, freqtrade, account, candle, acts)),
        *_protections(config, freqtrade),
        *channel_notes(freqtrade),
    )


def _mode(config: RiskKitConfig) -> Iterator[str]:
    if config.mode == "observe":
        yield (
            "Mode observe: every decision is taken and recorded as what would have been done, and nothing "
            "is changed: nothing is locked, cancelled or flattened; sizing, exits and protections of the "
            "section do nothing."
        )
    if not config.entry.enabled:
        yield "riskkit.entry.enabled is false: every entry is denied (ENTRIES_DISABLED), exits go on."


def _profile(config: RiskKitConfig, account: AccountSize) -> Iterator[str]:
    if config.profile == "none":
        return
    lowest, highest = _SIZE_OF_PROFILE[config.profile]
    if not account.is_dollar_like:
        yield (
            f"Profile {config.profile} is meant by dollars and the stake currency is "
            f"{account.currency or 'not set'}: judge the account's size yourself."
        )
    elif account.amount is None:
        yield f"Whether the account fits profile {config.profile} shows only with the balance."
    elif account.amount >= highest:
        yield (
            f"Profile {config.profile} is meant for accounts below {account.money(highest)}; this one has "
            f"{account.money(account.amount)}."
        )
    elif account.amount < lowest:
        yield (
            f"Profile {config.profile} is meant for accounts of {account.money(lowest)} and up; this one has "
            f"{account.money(account.amount)}."
        )


def _slots(config: RiskKitConfig, positions: PositionLimits) -> Iterator[str]:
    if positions.freqtrade is None:
        yield "max_open_trades isn't in the config: the strategy's own counts beside the limits here."
        return
    for key in ("max_open_positions", "max_open_positions_high_confidence"):
        limit = getattr(config.entry, key)
        if limit is not None and positions.freqtrade < limit:
            yield (
                f"max_open_trades {positions.freqtrade:g} is lower than riskkit.entry.{key} {limit}: "
                "the lower one wins."
            )


def _protections(config: RiskKitConfig, freqtrade: Mapping[str, Any]) -> Iterator[str]:
    breaker_says_it = config.circuit_breaker is not None
    if config.protections and not breaker_says_it and not freqtrade.get("enable_protections"):
        yield "A backtest simulates riskkit.protections only with --enable-protections."
