"""Which account a bot process is, and how its database is told from another one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, cast

from freqtrade.persistence import KeyValueStore
from freqtrade.persistence.key_value_store import KeyStoreKeys

from freqtrade_riskkit.host.modes import Run

_FINGERPRINT_KEY = cast(KeyStoreKeys, "riskkit_fingerprint")


def account_id(configured: str | None, config: Mapping[str, Any], run: Run) -> str:
    """Name the account of this process.

    The configured id, else ``<bot_name>@<exchange>:<spot or futures>:<live, dry or backtest>``.
    Exchange keys never enter into it.
    """
    if configured:
        return configured
    kind = {Run.LIVE: "live", Run.DRY_RUN: "dry"}.get(run, "backtest")
    market = str(config.get("trading_mode") or "spot")
    return f"{config.get('bot_name') or 'freqtrade'}@{config['exchange']['name']}:{market}:{kind}"


def database_fingerprint() -> str:
    """Give the random mark of the bot's database, made at the first call.

    A database that was deleted and begun anew gets another one, and with it a new generation of the
    account.
    """
    known = KeyValueStore.get_string_value(_FINGERPRINT_KEY)
    if known:
        return known
    fresh = secrets.token_hex(16)
    KeyValueStore.store_value(_FINGERPRINT_KEY, fresh)
    return fresh
