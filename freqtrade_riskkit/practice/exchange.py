"""The practice exchange without its server: market, accounts, faults and the course of events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from freqtrade_riskkit.practice.accounts import AccountSpec, check_asset
from freqtrade_riskkit.practice.actions import (
    Action,
    CancelOrders,
    Deposit,
    ForeignOrder,
    Withdraw,
    parse_action,
)
from freqtrade_riskkit.practice.deeds import do_deed
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.fault_board import FaultBoard
from freqtrade_riskkit.practice.keys import Credentials
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.moved import MovedPath
from freqtrade_riskkit.practice.moves import AnyMove, make_move, symbol_of
from freqtrade_riskkit.practice.state.store import MoveRow, Run, Store
from freqtrade_riskkit.practice.trading.account import Account
from freqtrade_riskkit.practice.trading.filters import Rules
from freqtrade_riskkit.practice.trading.floor import TradingFloor
from freqtrade_riskkit.practice.trading.numbers import Numbers
from freqtrade_riskkit.practice.trading.records import Transfer
from freqtrade_riskkit.practice.trading.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens by itself, so many milliseconds after the exchange's first start."""

    after_ms: int
    action: Action


class PracticeExchange:
    """A practice exchange. Everything may be called from any thread.

    Nothing happens between requests: whoever asks lets first happen what was due since (`catch_up`).

    Parameters
    ----------
    market
        The spot market.
    paths
        The paths of its pairs by symbol, for moving them.
    store
        Where the state is; where it holds one already, that one goes on.
    specs
        The accounts. Those that the state doesn't have yet are added.
    rules
        How many orders may be open.
    events
        What happens by itself, in order of time.
    """

    def __init__(
        self,
        market: Market,
        paths: Mapping[str, MovedPath],
        store: Store,
        specs: Sequence[AccountSpec],
        rules: Rules,
        events: Sequence[Event] = (),
    ) -> None:
        self.market = market
        self.rules = rules
        self._paths = paths
        self._store = store
        self._events = tuple(events)
        self._lock = threading.RLock()
        self.faults = FaultBoard(market.clock.now_ms)
        self._run = store.run() or _first_run(market)
        self._saved_events = self._run.events_done
        self._floor = self._open_floor()
        self._add_accounts(specs)
        for event in self._events:
            self._check(event.action)
        self._moves_made = self._replay_moves()

    def now_ms(self) -> int:
        """Return the time that the exchange says it is: its clock's, and the skew of a fault."""
        return self.market.clock.now_ms() + self.faults.clock_skew_ms()

    @property
    def account_names(self) -> tuple[str, ...]:
        """The accounts' names, the first one first."""
        return tuple(self._floor.accounts)

    def credentials(self, account: str) -> Credentials:
        """Return an account's key and secret."""
        return self._store.credentials(account)

    def admin_token(self) -> str:
        """Return the token of the admin addresses."""
        return self._store.admin_token()

    def owner(self, key: str) -> str | None:
        """Return whose key this is; None where nobody's."""
        return self._owners.get(key)

    def catch_up(self) -> None:
        """Let happen what was due since somebody last asked."""
        with self.session():
            pass

    @contextmanager
    def session(self) -> Iterator[TradingFloor]:
        """Give the floor at the present moment; what is changed is written down at the end.

        A Refusal leaves the floor as it is. After any other exception it is read anew from what was written
        down, so that nothing half-done stays.
        """
        with self._lock:
            try:
                self._let_happen(self.market.clock.now_ms())
                yield self._floor
            except Refusal:
                self._save()
                raise
            except BaseException:
                self._floor = self._open_floor()
                raise
            self._save()

    def perform(self, action: Action) -> None:
        """Do something to the exchange now: move a price, switch a fault on, act as somebody else.

        Raises
        ------
        Refusal
            Where the exchange itself refuses it, such as an order that the account can't pay for.
        PracticeError
            Where it names what isn't there.
        """
        self._check(action)
        with self.session() as floor:
            self._do(floor, action, self.market.clock.now_ms())

    def _check(self, action: Action) -> None:
        """Raise PracticeError where an action names an account, a pair or a currency that isn't there."""
        account = getattr(action, "account", None)
        if account is not None and account not in self.account_names:
            raise PracticeError(f"there is no account {account!r}; there are {', '.join(self.account_names)}")
        pair = getattr(action, "pair", None)
        if pair is not None:
            symbol_of(pair, self.market.listings)
        if isinstance(action, Deposit | Withdraw):
            check_asset(action.asset)

    def _let_happen(self, now_ms: int) -> None:
        start_ms = self._run.exchange_ms
        while self._run.events_done < len(self._events):
            event = self._events[self._run.events_done]
            at_ms = start_ms + event.after_ms
            if at_ms > now_ms:
                break
            self._floor.settle(at_ms)
            self._run = self._after(events_done=self._run.events_done + 1)
            try:
                self._do(self._floor, event.action, at_ms)
            except Refusal:
                # A deed of somebody else that the exchange refuses, as it may: nothing happened.
                continue
        self._floor.matching.slip = self.faults.slip()
        self._floor.settle(now_ms)

    def _do(self, floor: TradingFloor, action: Action, at_ms: int) -> None:
        if isinstance(action, ForeignOrder | CancelOrders | Deposit | Withdraw):
            do_deed(floor, action)
        elif isinstance(action, AnyMove):
            make_move(self._paths, self.market.listings, action, at_ms)
            self._moves_made += 1
            self._store.add_move(MoveRow(self._moves_made, at_ms, action.model_dump_json()))
        else:
            self.faults.switch_on(action, at_ms)
            floor.matching.slip = self.faults.slip()

    def _open_floor(self) -> TradingFloor:
        run = self._run
        return TradingFloor(self.market, self._store.accounts(), self.rules, run.numbers(), run.settled_ms)

    def _add_accounts(self, specs: Sequence[AccountSpec]) -> None:
        accounts = dict(self._floor.accounts)
        with self._lock:
            for spec in specs:
                if spec.name not in accounts:
                    accounts[spec.name] = self._new_account(spec, len(accounts) + 1, self._floor.numbers)
            self._run = self._after()
            self._store.save(self._run, list(accounts.values()))
            self._floor = self._open_floor()
        self._owners = {self._store.credentials(name).key: name for name in self._floor.accounts}

    def _new_account(self, spec: AccountSpec, number: int, numbers: Numbers) -> Account:
        account = Account(spec.name, number, spec.fees)
        self._store.add_account(account)
        for asset, amount in spec.balances.items():
            if amount:
                at_ms = self._run.settled_ms
                account.transfer(Transfer(numbers.next_transfer(), spec.name, asset, amount, at_ms))
        return account

    def _replay_moves(self) -> int:
        """Lay the moves of an earlier run over the paths again; returns how many there are."""
        moves = self._store.moves()
        for row in moves:
            move = parse_action(json.loads(row.words))
            if isinstance(move, AnyMove):
                make_move(self._paths, self.market.listings, move, row.at_ms)
        return len(moves)

    def _after(self, events_done: int | None = None) -> Run:
        numbers, run = self._floor.numbers, self._run
        return Run(
            machine_ms=run.machine_ms,
            exchange_ms=run.exchange_ms,
            speed=run.speed,
            settled_ms=self._floor.settled_ms,
            events_done=run.events_done if events_done is None else events_done,
            last_order=numbers.order,
            last_trade=numbers.trade,
            last_list=numbers.order_list,
            last_transfer=numbers.transfer,
        )

    def _save(self) -> None:
        accounts = [account for account in self._floor.accounts.values() if account.changed]
        run = self._after()
        if accounts or run.events_done != self._saved_events:
            self._store.save(run, accounts)
            self._saved_events = run.events_done
        self._run = run


def _first_run(market: Market) -> Run:
    clock = market.clock
    return Run(
        machine_ms=clock.machine_start_ms,
        exchange_ms=clock.start_ms,
        speed=Decimal(str(clock.speed)),
        settled_ms=clock.now_ms(),
    )
