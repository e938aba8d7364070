"""What makes Freqtrade's cache of backtests tell one state of the sources from another."""

from __future__ import annotations

import functools
import hashlib
import inspect
from pathlib import Path

from freqtrade.strategy import IStrategy

from freqtrade_riskkit.config import ABSENT, KIT_KEY, ConfigInvalid
from freqtrade_riskkit.config.written import as_written
from freqtrade_riskkit.version import __version__

_PACKAGE = Path(__file__).resolve().parent.parent
_HASHED_OTHERWISE = {"freqtrade", "freqtrade_riskkit", "builtins", "abc"}


def stamp(strategy: IStrategy) -> None:
    """Write the kit's version and a hash of all sources involved into the config.

    Freqtrade reuses a backtest's result while config and strategy file are the same; an upgrade of the
    kit, or an edit of a base class, has to make a difference too.
    """
    section = strategy.config.get("riskkit")
    if isinstance(section, str):  # of an environment variable
        try:
            section = as_written(section)
        except ConfigInvalid:  # refused where it is read
            return
    written = {} if section is None else section
    if isinstance(written, dict):
        mark = f"{__version__} {_sources_hash(type(strategy))}"
        known = str(written.get(KIT_KEY, ABSENT if section is None else ""))
        prefix = ABSENT if known.startswith(ABSENT) else ""
        strategy.config["riskkit"] = {**written, KIT_KEY: prefix + mark}


def _sources_hash(strategy_class: type) -> str:
    digest = hashlib.sha256(_package_hash())
    for base in strategy_class.__mro__:
        if base.__module__.partition(".")[0] not in _HASHED_OTHERWISE:
            digest.update(_source_of(base))
    return digest.hexdigest()[:16]


def _source_of(base: type) -> bytes:
    try:
        file = inspect.getsourcefile(base)
    except (TypeError, OSError):  # its module isn't among the imported ones, or has no file
        file = getattr(base, "__file__", None)
    return Path(file).read_bytes() if file and Path(file).is_file() else base.__qualname__.encode()


@functools.cache
def _package_hash() -> bytes:
    digest = hashlib.sha256()
    for file in sorted(_PACKAGE.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.digest()
