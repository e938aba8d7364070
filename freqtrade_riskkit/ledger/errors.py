"""What can go wrong with the store, in words a user can act on."""

from __future__ import annotations


class LedgerUnavailable(RuntimeError):
    """The store can't be used now: not reached, locked, read-only, full, damaged, closed, or too new.

    The message is one line that names the store, what was tried, the reason and, where one is known,
    the remedy. It never contains the URL's password. Exits and stops must go on when this is raised.
    """


class LedgerUrlInvalid(LedgerUnavailable):
    """``riskkit.db_url`` names no store that the ledger can use; only a change of the config helps.

    A subclass of `LedgerUnavailable`, so that a bot which already holds positions treats it like any
    other outage instead of ending, while a config check can tell the two apart.
    """


class LedgerDamaged(LedgerUnavailable):
    """The SQLite file is no database, or its pages don't fit together: waiting won't help.

    `freqtrade_riskkit.ledger.set_aside_damaged` makes room for a new store.
    """


class RecordRefused(ValueError):
    """A record holds a value that can't be stored truthfully; nothing of the call was written.

    Attributes
    ----------
    record
        Which record, such as ``trade 7 (BTC/USDT)``.
    """

    def __init__(self, record: str, reason: str) -> None:
        super().__init__(f"{record}: {reason}")
        self.record = record
