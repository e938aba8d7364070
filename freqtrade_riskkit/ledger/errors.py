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
