"""The store: what has to outlive the bot's process, kept for each account apart.

SQLite by default, PostgreSQL for a fleet.
"""

from freqtrade_riskkit.ledger.account import AccountLedger, DecisionRow
from freqtrade_riskkit.ledger.errors import LedgerUnavailable, LedgerUrlInvalid
from freqtrade_riskkit.ledger.generations import AccountRow
from freqtrade_riskkit.ledger.opening import list_accounts, open_last_used, open_ledger

__all__ = [
    "AccountLedger",
    "AccountRow",
    "DecisionRow",
    "LedgerUnavailable",
    "LedgerUrlInvalid",
    "list_accounts",
    "open_last_used",
    "open_ledger",
]
