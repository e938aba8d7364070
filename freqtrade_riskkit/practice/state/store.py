"""Where an exchange keeps its accounts: a SQLite file, or memory."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO

from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.keys import Credentials, new_credentials, new_token
from freqtrade_riskkit.practice.state.tables import Table
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from freqtrade_riskkit.practice.trading.numbers import Numbers
from freqtrade_riskkit.practice.trading.records import Fill, Order, OrderList, Transfer

FORMAT = 1
ADMIN = "admin token"


@dataclass(frozen=True, slots=True)
class Run:
    """When an exchange began, and how far it has got.

    Attributes
    ----------
    machine_ms, exchange_ms
        The machine's and the exchange's time at its first start.
    speed
        Exchange milliseconds per machine millisecond.
    settled_ms
        Up to when everything has happened.
    events_done
        How many of the scenario's events have happened.
    last_order, last_trade, last_list, last_transfer
        The last numbers given out.
    """

    machine_ms: int
    exchange_ms: int
    speed: Decimal
    settled_ms: int
    events_done: int = 0
    last_order: int = 0
    last_trade: int = 0
    last_list: int = 0
    last_transfer: int = 0
    one: int = 1

    def numbers(self) -> Numbers:
        """Return numbers that go on from there."""
        return Numbers(self.last_order, self.last_trade, self.last_list, self.last_transfer)


@dataclass(frozen=True, slots=True)
class _AccountRow:
    number: int
    name: str
    maker: Decimal
    taker: Decimal
    in_bnb: bool


@dataclass(frozen=True, slots=True)
class _BalanceRow:
    account: str
    asset: str
    free: Decimal
    locked: Decimal


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move of prices that was made: when, and its words as JSON."""

    number: int
    at_ms: int
    words: str


RUN = Table("run", Run, "one")
ACCOUNTS = Table("accounts", _AccountRow, "number")
BALANCES = Table("balances", _BalanceRow, "account", "asset")
ORDERS = Table("orders", Order, "order_id")
LISTS = Table("order_lists", OrderList, "list_id")
FILLS = Table("fills", Fill, "trade_id")
TRANSFERS = Table("transfers", Transfer, "transfer_id")
MOVES = Table("moves", MoveRow, "number")
_TABLES = (RUN, ACCOUNTS, BALANCES, ORDERS, LISTS, FILLS, TRANSFERS, MOVES)


class Store:
    """An exchange's state. One transaction a change, on disk before the change is answered.

    Parameters
    ----------
    path
        The SQLite file, made where it isn't there, readable by its owner only; None for memory.

    Raises
    ------
    PracticeError
        Where the file isn't a practice exchange's.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._path = path
        self._hold: IO[str] | None = None
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            self._connection = sqlite3.connect(
                path or ":memory:", check_same_thread=False, isolation_level=None, timeout=10
            )
            self._set_up()
        except (OSError, sqlite3.Error) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise PracticeError(f"{path} can't hold a practice exchange's state: {reason}") from error

    def take_hold(self) -> None:
        """Keep other exchanges out of the file; PracticeError where one runs on it already."""
        if self._path is None:
            return
        hold = self._path.with_name(self._path.name + ".lock").open("w")
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            hold.close()
            raise PracticeError(f"{self._path} is in use by another practice exchange") from error
        self._hold = hold

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
        if self._hold is not None:
            self._hold.close()
            self._hold = None

    def credentials(self, name: str) -> Credentials:
        """Return an account's key and secret, made at random when first asked for."""
        fresh = new_credentials()
        with self._lock, self._connection as connection:
            connection.execute(
                "INSERT OR IGNORE INTO keys (name, key, secret) VALUES (?, ?, ?)",
                (name, fresh.key, fresh.secret),
            )
            row = connection.execute("SELECT key, secret FROM keys WHERE name = ?", (name,)).fetchone()
        return Credentials(*row)

    def admin_token(self) -> str:
        """Return the token of the admin addresses, made at random when first asked for."""
        with self._lock, self._connection as connection:
            connection.execute(
                "INSERT OR IGNORE INTO keys (name, key, secret) VALUES (?, '', ?)", (ADMIN, new_token())
            )
            row = connection.execute("SELECT secret FROM keys WHERE name = ?", (ADMIN,)).fetchone()
        return str(row[0])

    def begin_anew(self) -> None:
        """Forget everything but the keys."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                self._connection.execute(f"DELETE FROM {table.name}")  # noqa: S608
            self._connection.execute("COMMIT")

    def run(self) -> Run | None:
        """Return how far the exchange had got; None where it hasn't begun."""
        with self._lock:
            found = RUN.read(self._connection)
        return found[0] if found else None

    def accounts(self) -> list[Account]:
        """Return the accounts with all that is in their books, in order of their numbers."""
        with self._lock:
            accounts = {row.name: _account(row) for row in ACCOUNTS.read(self._connection)}
            for balance in BALANCES.read(self._connection):
                accounts[balance.account].restore_balance(balance.asset, balance.free, balance.locked)
            for order in ORDERS.read(self._connection):
                accounts[order.account].restore_order(order)
            for order_list in LISTS.read(self._connection):
                accounts[order_list.account].lists[order_list.list_id] = order_list
            for fill in FILLS.read(self._connection):
                accounts[fill.account].fills.append(fill)
            for transfer in TRANSFERS.read(self._connection):
                accounts[transfer.account].transfers.append(transfer)
        return list(accounts.values())

    def moves(self) -> list[MoveRow]:
        """Return the moves of prices that were made, in their order."""
        with self._lock:
            return MOVES.read(self._connection)

    def add_move(self, move: MoveRow) -> None:
        """Write down that prices are moved."""
        with self._lock:
            MOVES.write(self._connection, [move])

    def add_account(self, account: Account) -> None:
        """Write down that there is an account."""
        fees = account.fees
        row = _AccountRow(account.number, account.name, fees.maker, fees.taker, fees.in_bnb)
        with self._lock:
            ACCOUNTS.write(self._connection, [row])

    def save(self, run: Run, accounts: list[Account]) -> None:
        """Write down what has changed in the accounts, all of it or nothing."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                RUN.write(self._connection, [run])
                for account in accounts:
                    self._save_changes(account)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
        for account in accounts:
            account.forget_changes()

    def _save_changes(self, account: Account) -> None:
        changed = account.changed
        if not changed:
            return
        connection = self._connection
        BALANCES.write(
            connection,
            (
                _BalanceRow(account.name, asset, account.free(asset), account.held(asset))
                for asset in changed.balances
            ),
        )
        ORDERS.write(connection, (account.orders[order_id] for order_id in sorted(changed.orders)))
        LISTS.write(connection, (account.lists[list_id] for list_id in sorted(changed.lists)))
        FILLS.write(connection, changed.fills)
        TRANSFERS.write(connection, changed.transfers)

    def _set_up(self) -> None:
        connection = self._connection
        known = connection.execute("PRAGMA user_version").fetchone()[0]
        if known not in (0, FORMAT):
            raise PracticeError(f"{self._path} was written by another version: format {known}, not {FORMAT}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, key TEXT NOT NULL, secret TEXT NOT NULL)"
        )
        for table in _TABLES:
            connection.execute(table.create)
        connection.execute(f"PRAGMA user_version = {FORMAT}")


def _account(row: _AccountRow) -> Account:
    return Account(row.name, row.number, FeeSchedule(row.maker, row.taker, row.in_bnb))
