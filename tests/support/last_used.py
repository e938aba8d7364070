"""A look at what a store has of an account, from outside."""

from __future__ import annotations

import os

from freqtrade_riskkit.ledger import AccountLedger, last_used, list_accounts, open_recorded


def open_last_used(
    db_url: str, base_dir: str | os.PathLike[str], account_id: str, *, to_ask: bool = False
) -> AccountLedger | None:
    """Open the generation of an account that was opened last; None where there is none."""
    rows = [row for row in list_accounts(db_url, base_dir) if row.account_id == account_id]
    return open_recorded(db_url, base_dir, last_used(rows), to_ask=to_ask) if rows else None
