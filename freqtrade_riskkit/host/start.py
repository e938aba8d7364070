"""How a session comes to be: the configuration is read, refused, or put up with for the exits' sake."""

from __future__ import annotations

import functools
import hashlib
import inspect
import logging
from pathlib import Path
from typing import Any

from freqtrade.exceptions import OperationalException
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.parameters import BaseParameter

from freqtrade_riskkit.config import KIT_KEY, ConfigInvalid, Loaded, load
from freqtrade_riskkit.host.modes import Run, run_of
from freqtrade_riskkit.host.registration import register
from freqtrade_riskkit.host.session import RiskSession
from freqtrade_riskkit.version import __version__

logger = logging.getLogger("freqtrade_riskkit")

_PACKAGE = Path(__file__).resolve().parent.parent


def stamp(strategy: IStrategy) -> None:
    """Write the kit's version and a hash of all sources involved into the config.

    Freqtrade reuses a backtest's result while config and strategy file are the same; an upgrade of the
    kit, or an edit of a base class, has to make a difference too.
    """
    section = strategy.config.get("riskkit") or {}
    if isinstance(section, dict):
        strategy.config["riskkit"] = {**section, KIT_KEY: f"{__version__} {_sources_hash(type(strategy))}"}


def check_early(strategy: IStrategy) -> None:
    """Refuse a bad configuration before a backtest loads its data.

    A bot is not refused here: it may hold positions, which only its database tells.
    """
    if run_of(strategy.config).is_simulated:
        _load_or_refuse(strategy)


def make_session(strategy: IStrategy) -> RiskSession:
    """Begin the session of a strategy.

    Raises
    ------
    OperationalException
        Where the configuration is bad and no open trade needs the bot.
    """
    register()
    try:
        session = RiskSession(strategy, functools.partial(read_config, strategy))
    except ConfigInvalid as error:
        if not run_of(strategy.config).is_trade or Trade.get_open_trade_count() == 0:
            raise OperationalException(str(error)) from None
        session = RiskSession(strategy, functools.partial(load, None), refused=" ".join(str(error).split()))
        logger.error("%s\nTrades are open: the bot runs for their exits, every entry is denied.", error)
        return session
    _say_what_is_on(session)
    return session


def read_config(strategy: IStrategy) -> Loaded:
    """Read the section, with the keys that the strategy's parameters feed."""
    values = {}
    parameters: dict[str, str] = getattr(strategy, "riskkit_parameters", {})
    for key, attribute in parameters.items():
        if not hasattr(strategy, attribute):
            raise ConfigInvalid(
                [
                    f"riskkit_parameters: {key} names the attribute {attribute!r}, which the strategy doesn't have"
                ]
            )
        value: Any = getattr(strategy, attribute)
        values[key] = value.value if isinstance(value, BaseParameter) else value
    return load(strategy.config.get("riskkit"), values)


def _load_or_refuse(strategy: IStrategy) -> None:
    try:
        read_config(strategy)
    except ConfigInvalid as error:
        raise OperationalException(str(error)) from None


def _say_what_is_on(session: RiskSession) -> None:
    if session.run is Run.HYPEROPT or session.run is Run.OTHER:
        return
    if not session.present:
        logger.info("riskkit: no section 'riskkit' in the config; the kit only keeps its records.")
    elif session.config.mode != "enforce":
        logger.info(
            "riskkit: mode %s; %s",
            session.config.mode,
            "the kit does nothing."
            if session.config.mode == "off"
            else "it decides and records, and changes nothing.",
        )


def _sources_hash(strategy_class: type) -> str:
    digest = hashlib.sha256(_package_hash())
    for base in strategy_class.__mro__:
        if not base.__module__.startswith(("freqtrade.", "builtins", "abc")):
            digest.update(_source_of(base))
    return digest.hexdigest()[:16]


def _source_of(base: type) -> bytes:
    try:
        file = inspect.getsourcefile(base)
    except TypeError:
        file = getattr(base, "__file__", None)
    return Path(file).read_bytes() if file and Path(file).is_file() else base.__qualname__.encode()


@functools.cache
def _package_hash() -> bytes:
    digest = hashlib.sha256()
    for file in sorted(_PACKAGE.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()
