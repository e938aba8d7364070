"""What a reader of `check-config` should know about the circuit breaker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from freqtrade_riskkit.cli.account_size import AccountSize
from freqtrade_riskkit.cli.candle_length import Candle
from freqtrade_riskkit.config import BreakerConfig, ManualRule

#: Rules that a backtest can trip, so that their locks follow its candles.
_IN_BACKTESTS = ("daily_loss", "drawdown", "loss_streak", "order_rate")
_HOUR, _DAY = 60, 24 * 60


def breaker_notes(
    breaker: BreakerConfig,
    freqtrade: Mapping[str, Any],
    account: AccountSize,
    candle: Candle | None,
    acts: bool,
) -> Iterator[str]:
    """
    Yield one sentence for each thing about the breaker that its values alone don't say.

    Parameters
    ----------
    breaker
        The section in force.
    freqtrade
        Freqtrade's config.
    account
        What ratios are a part of.
    candle
        The bot's candle, None where nothing tells it.
    acts
        Whether a trip does anything: false in mode observe.
    """
    yield from _whole_account(breaker)
    if not freqtrade.get("enable_protections"):
        yield "A backtest simulates the circuit breaker only with --enable-protections."
    if acts:
        yield from _candle_ends(breaker, candle)
    yield from _order_rate(breaker, candle)
    yield from _flatten(breaker, freqtrade, account, acts)
    yield from _by_hand(breaker.manual, freqtrade)


def _whole_account(breaker: BreakerConfig) -> Iterator[str]:
    for name in ("daily_loss", "drawdown"):
        rule = getattr(breaker, name)
        if rule is not None and rule.limit == 1:
            yield (
                f"riskkit.circuit_breaker.{name}.limit 1 is the whole account: the rule trips when nothing "
                "is left (for 1 % write 0.01)."
            )


def _candle_ends(breaker: BreakerConfig, candle: Candle | None) -> Iterator[str]:
    """Say where a lock outlasts its stop; a stop that is a multiple of the candle ends with one."""
    rules_by_stop: dict[float, list[str]] = {}
    for name in _IN_BACKTESTS:
        rule = getattr(breaker, name)
        if rule is not None and rule.stop_duration is not None:
            rules_by_stop.setdefault(rule.stop_duration, []).append(name)
    if candle is None:
        if rules_by_stop:
            yield (
                "Freqtrade's locks end with a candle, and neither the config nor the strategy's file tells "
                "the timeframe: in a backtest a stop that is shorter than the strategy's candle lasts until "
                "that candle ends (name the strategy with -s)."
            )
        return
    for stop, rules in rules_by_stop.items():
        longest = -(-stop // candle.minutes) * candle.minutes
        if longest > stop:
            yield (
                f"Freqtrade's locks end with a candle: on {candle.timeframe} a {stop:g}-minute stop "
                f"({', '.join(rules)}) lasts up to {_time(longest)} in a backtest; a bot takes its lock back "
                "in time."
            )


def _order_rate(breaker: BreakerConfig, candle: Candle | None) -> Iterator[str]:
    rule = breaker.order_rate
    if rule is None:
        return
    timeframe = f" ({candle.timeframe})" if candle is not None else ""
    yield (
        "A backtest knows the time of an order only by its candle: riskkit.circuit_breaker.order_rate takes "
        f"all orders of one candle{timeframe} as placed at the same moment."
    )
    if rule.per_minute is not None and rule.per_hour is not None and rule.per_minute >= rule.per_hour:
        yield (
            f"riskkit.circuit_breaker.order_rate.per_minute {rule.per_minute} has no effect: "
            f"per_hour {rule.per_hour} is reached first."
        )


def _flatten(
    breaker: BreakerConfig, freqtrade: Mapping[str, Any], account: AccountSize, acts: bool
) -> Iterator[str]:
    sells = "sells" if freqtrade.get("trading_mode", "spot") == "spot" else "closes"
    does = f"{sells if acts else 'would ' + sells[:-1]} every open position at market"
    for name, what in (("daily_loss", "daily loss"), ("drawdown", "drawdown")):
        rule = getattr(breaker, name)
        if rule is not None and rule.action == "flatten":
            yield (
                f"riskkit.circuit_breaker.{name}.action flatten {does} at a {what} of "
                f"{account.part(rule.limit)}."
            )
    manual = breaker.manual
    if manual.action == "flatten":
        ways = ["the command riskkit trip", f"the file {manual.flag_file} in user_data"]
        ways += ["Freqtrade's pause"] * manual.pause
        yield f"riskkit.circuit_breaker.manual.action flatten {does} at a trip by hand: {', '.join(ways)}."


def _by_hand(manual: ManualRule, freqtrade: Mapping[str, Any]) -> Iterator[str]:
    if manual.pause:
        yield (
            "riskkit.circuit_breaker.manual.pause: pausing the bot (/pause in Telegram, by REST or FreqUI) "
            "trips the breaker by hand; starting it again ends that trip."
        )
    flag = Path(freqtrade["user_data_dir"]) / manual.flag_file
    if flag.exists():
        yield (
            f"The file {manual.flag_file} is in user_data now: a bot with this config is tripped "
            "(MANUAL_TRIP) until it is removed."
        )


def _time(minutes: float) -> str:
    for unit, length in (("day", _DAY), ("hour", _HOUR), ("minute", 1)):
        if minutes % length == 0:
            count = minutes / length
            return f"{count:g} {unit}{'' if count == 1 else 's'}"
    return f"{minutes:g} minutes"
