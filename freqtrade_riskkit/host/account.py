"""Which account a bot process is, and how its database is told from another one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, cast

from freqtrade.persistence import KeyValueStore, Trade
from freqtrade.persistence.key_value_store import KeyStoreKeys
from sqlalchemy import select

from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.trade_rows import ORDERS, TRADES, Rows

FINGERPRINT_KEY = "riskkit_fingerprint"
_FINGERPRINT_KEY = cast(KeyStoreKeys, FINGERPRINT_KEY)


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
    """Give the mark of the bot's database, made at the first call.

    It is random where there are no trades yet, else that of its first trade, which is what an import of the
    same database takes. A database that was deleted and begun anew gets another one, and with it a new
    generation of the account.
    """
    known = KeyValueStore.get_string_value(_FINGERPRINT_KEY)
    if known:
        return known
    fresh = fingerprint_of_first_trade(Trade.session.execute) or secrets.token_hex(16)
    KeyValueStore.store_value(_FINGERPRINT_KEY, fresh)
    return fresh


def fingerprint_of_first_trade(rows: Rows) -> str | None:
    """Give a mark that the first trade of a database makes unique; None without trades.

    It is made of what never changes: the trade's id, pair and exchange, and the id of its first order, which
    the exchange (or, in dry-run, the clock) gave.
    """
    first_order = select(ORDERS.c.order_id).where(ORDERS.c.ft_trade_id == TRADES.c.id)
    query = (
        select(
            TRADES.c.id,
            TRADES.c.pair,
            TRADES.c.exchange,
            first_order.order_by(ORDERS.c.id).limit(1).correlate(TRADES).scalar_subquery(),
        )
        .order_by(TRADES.c.id)
        .limit(1)
    )
    found = rows(query).first()
    if found is None:
        return None
    return hashlib.sha256("\0".join(map(str, found)).encode()).hexdigest()[:32]
