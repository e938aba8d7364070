"""The store: what has to outlive the bot's process, kept for each account apart.

SQLite by default, PostgreSQL for a fleet.
"""

from freqtrade_riskkit.ledger.account import AccountLedger
from freqtrade_riskkit.ledger.account_facts import (
    AccountFacts,
    FactsUnreadable,
    facts_from_text,
    facts_to_text,
)
from freqtrade_riskkit.ledger.alerts import AlertRow
from freqtrade_riskkit.ledger.decisions import DecisionRow
from freqtrade_riskkit.ledger.errors import LedgerDamaged, LedgerUnavailable, LedgerUrlInvalid, RecordRefused
from freqtrade_riskkit.ledger.findings import Finding, FindingKind
from freqtrade_riskkit.ledger.generations import AccountRow, last_used
from freqtrade_riskkit.ledger.neighbours import LastSign
from freqtrade_riskkit.ledger.opening import list_accounts, open_ledger, open_recorded
from freqtrade_riskkit.ledger.place import locate
from freqtrade_riskkit.ledger.requests import RequestKind, RequestRow
from freqtrade_riskkit.ledger.rescue import SetAside, last_set_aside, set_aside_damaged
from freqtrade_riskkit.ledger.trade_arrays import TradeArrays
from freqtrade_riskkit.ledger.trade_form import trade_digest
from freqtrade_riskkit.ledger.trades import TradesPut
from freqtrade_riskkit.ledger.verification import verify

__all__ = [
    "AccountFacts",
    "AccountLedger",
    "AccountRow",
    "AlertRow",
    "DecisionRow",
    "FactsUnreadable",
    "Finding",
    "FindingKind",
    "LastSign",
    "LedgerDamaged",
    "LedgerUnavailable",
    "LedgerUrlInvalid",
    "RecordRefused",
    "RequestKind",
    "RequestRow",
    "SetAside",
    "TradeArrays",
    "TradesPut",
    "facts_from_text",
    "facts_to_text",
    "last_set_aside",
    "last_used",
    "list_accounts",
    "locate",
    "open_ledger",
    "open_recorded",
    "set_aside_damaged",
    "trade_digest",
    "verify",
]
