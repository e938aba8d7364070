"""How a session comes to be: the configuration is read, refused, or put up with for the exits' sake."""

from __future__ import annotations

import functools
import logging
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.parameters import BaseParameter, NumericParameter

from freqtrade_riskkit.config import ConfigInvalid, Loaded, load
from freqtrade_riskkit.host import locks
from freqtrade_riskkit.host.modes import Run, run_of
from freqtrade_riskkit.host.registration import register
from freqtrade_riskkit.host.section_check import section_problems
from freqtrade_riskkit.host.session import RiskSession

logger = logging.getLogger("freqtrade_riskkit")


def check_early(strategy: IStrategy) -> None:
    """Refuse a bad configuration before a backtest loads its data.

    A bot is not refused here: it may hold positions, which only its database tells. Nor is a strategy
    whose plain attributes feed the section, for its `bot_start` may set them.
    """
    if run_of(strategy.config).is_simulated and all(
        isinstance(getattr(strategy, attribute, None), BaseParameter)
        for attribute in _fed_keys(strategy).values()
    ):
        _refuse_problems(_problems(strategy))


def check_space(strategy: IStrategy) -> None:
    """Refuse a hyperopt whose parameters could take values that the section doesn't.

    Each parameter's ends, or choices, are tried with the others as they are.
    """
    if run_of(strategy.config) is not Run.HYPEROPT:
        return
    problems: list[str] = []
    for key, attribute in _fed_keys(strategy).items():
        parameter = getattr(strategy, attribute)
        if isinstance(parameter, BaseParameter) and parameter.optimize and parameter.in_space:
            for value in _ends(parameter):
                problems += _problems(strategy, {key: value})
    _refuse_problems(problems)


def make_session(strategy: IStrategy) -> RiskSession:
    """Begin the session of a strategy.

    With a bad configuration every entry is denied in it: `start_session` says when to go on like that.
    """
    return _session(strategy, _problems(strategy))


def start_session(strategy: IStrategy) -> RiskSession:
    """Begin the session of a strategy that starts, and say what it will do.

    Raises
    ------
    OperationalException
        Where the configuration is bad and no open trade needs the bot.
    """
    problems = _problems(strategy)
    if problems and not (run_of(strategy.config).is_trade and Trade.get_open_trade_count() > 0):
        _refuse_problems(problems)
    check_space(strategy)
    session = _session(strategy, problems)
    if problems:
        session.alerts.send(
            f"{ConfigInvalid(problems)}\n"
            "Trades are open: the bot runs for their exits, every entry is denied.",
            logging.ERROR,
        )
    else:
        _announce(session)
        _release_left_over(session)
    return session


def _session(strategy: IStrategy, problems: list[str]) -> RiskSession:
    register()
    if problems:
        refused = " ".join(str(ConfigInvalid(problems)).split())
        return RiskSession(strategy, functools.partial(load, None), refused=refused)
    return RiskSession(strategy, functools.partial(read_config, strategy))


def _release_left_over(session: RiskSession) -> None:
    """Take back the kit's locks where no breaker of the bot will ever do it, and say so."""
    is_off = session.config.mode == "off"
    if not session.run.is_trade or (session.config.circuit_breaker is not None and not is_off):
        return
    for said in locks.release_own(datetime.now(UTC)):
        why = "mode off" if is_off else "no breaker is configured"
        session.alerts.send(
            f"{why}: the kit's lock was taken back: {said}. "
            "Where the breaker is switched on again it goes on as it was left."
        )


def _announce(session: RiskSession) -> None:
    if session.acts and session.config.circuit_breaker is not None and not session.breaker_simulated:
        logger.warning("riskkit: BREAKER NOT SIMULATED. Run again with --enable-protections.")
    if not (session.run.is_trade or session.run is Run.BACKTEST):
        return
    mode = session.config.mode
    if not session.present:
        logger.info("riskkit: no section 'riskkit' in the config; the kit only keeps its records.")
    elif mode == "off":
        logger.info("riskkit: mode off; the kit does nothing.")
    elif mode == "observe":
        logger.info("riskkit: mode observe; the kit decides and records, and changes nothing.")


def read_config(strategy: IStrategy, instead: Mapping[str, object] = MappingProxyType({})) -> Loaded:
    """Read the section, with the keys that the strategy's parameters feed.

    Parameters
    ----------
    instead
        Values by key that take the place of the parameters' present ones.

    Raises
    ------
    ConfigInvalid
        With every violation.
    """
    values: dict[str, object] = {}
    for key, attribute in _fed_keys(strategy).items():
        if not hasattr(strategy, attribute):
            problem = f"{key} names the attribute {attribute!r}, which the strategy doesn't have"
            raise ConfigInvalid([f"riskkit_parameters of the strategy: {problem}"])
        value: Any = getattr(strategy, attribute)
        values[key] = value.value if isinstance(value, BaseParameter) else value
    return load(strategy.config.get("riskkit"), {**values, **instead})


def _fed_keys(strategy: IStrategy) -> dict[str, str]:
    """Give the attribute of the strategy that feeds each key."""
    named: Any = getattr(strategy, "riskkit_parameters", {})
    if not isinstance(named, dict) or not all(
        isinstance(part, str) for pair in named.items() for part in pair
    ):
        raise OperationalException(
            "riskkit_parameters of the strategy must be a dict of keys and attribute names, as in "
            '{"entry.max_open_positions": "max_positions"}.'
        )
    return named


def _ends(parameter: Any) -> Sequence[object]:
    if isinstance(parameter, NumericParameter):
        return parameter.low, parameter.high
    return tuple(parameter.opt_range)


def _problems(strategy: IStrategy, instead: Mapping[str, object] = MappingProxyType({})) -> list[str]:
    """Say all that is wrong. Never raises: a bot may hold positions, for whose exits it has to go on."""
    try:
        section = read_config(strategy, instead).config
        timeframe = strategy.config.get("timeframe") or getattr(strategy, "timeframe", None)
        return section_problems(section, strategy.config, timeframe)
    except ConfigInvalid as error:
        return list(error.problems)
    except OperationalException as error:
        return [" ".join(str(error).split())]
    except Exception as error:  # noqa: BLE001 - whatever it is, it refuses the section, and it is told
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}, line {frame.lineno}"
        return [f"riskkit can't be read: {type(error).__name__} in {place} (its text may hold a password)"]


def _refuse_problems(problems: list[str]) -> None:
    if problems:
        raise OperationalException(str(ConfigInvalid(dict.fromkeys(problems))))
