"""Makes Freqtrade find the kit: its protections and pairlist handlers, and its place in the results."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from freqtrade.resolvers.iresolver import IResolver
from freqtrade.resolvers.pairlist_resolver import PairListResolver
from freqtrade.resolvers.protection_resolver import ProtectionResolver

from freqtrade_riskkit.host.backtest_hooks import hook_results
from freqtrade_riskkit.host.backtest_orders import hook_orders
from freqtrade_riskkit.host.bot_hooks import hook_bot
from freqtrade_riskkit.host.force_entries import hook_force_entries
from freqtrade_riskkit.host.lock_hooks import hook_locks

_PACKAGE = Path(__file__).resolve().parent.parent
_DONE = "__riskkit_registered__"


def register() -> None:
    """Register with Freqtrade in this process; calling it again changes nothing.

    Other plugins that do the same are left in place, before or after: each call goes through to what
    was there.
    """
    _search_also(ProtectionResolver, _PACKAGE / "protections")
    _search_also(PairListResolver, _PACKAGE / "pairlists")
    hook_results(_once)
    hook_orders(_once)
    hook_bot(_once)
    hook_force_entries(_once)
    hook_locks(_once)


def _search_also(resolver: type[IResolver], folder: Path) -> None:
    def add(original: Callable[..., list[Path]]) -> Any:
        def build_search_paths(cls: type[IResolver], *args: Any, **kwargs: Any) -> list[Path]:
            paths = original.__func__(cls, *args, **kwargs)  # type: ignore[attr-defined]
            return paths if folder in paths else [*paths, folder]

        return classmethod(functools.wraps(original)(build_search_paths))

    _once(resolver, "build_search_paths", add)


def _once(owner: Any, name: str, wrap: Callable[[Callable[..., Any]], Any]) -> None:
    """Wrap a function of a module or class, unless that was done before.

    What was done is noted on the owner itself, for a later plugin's wrapper hides the kit's.
    """
    done: set[str] = vars(owner).get(_DONE, set())
    if name in done:
        return
    original = getattr(owner, name)
    wrapped = wrap(original)
    setattr(owner, name, wrapped if isinstance(wrapped, classmethod) else functools.wraps(original)(wrapped))
    setattr(owner, _DONE, done | {name})
