"""The repository of one account: everything in it belongs to one generation of one account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from sqlalchemy import select

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.core.records import OrderRecord, TradeRecord
from freqtrade_riskkit.ledger.alerts import AlertRow, Alerts
from freqtrade_riskkit.ledger.cash_flows import CashFlows
from freqtrade_riskkit.ledger.decisions import DecisionRow, Decisions
from freqtrade_riskkit.ledger.dialect import insert
from freqtrade_riskkit.ledger.equity import Equity
from freqtrade_riskkit.ledger.inputs import aware, short, storable
from freqtrade_riskkit.ledger.neighbours import LastSign, signs_of_others
from freqtrade_riskkit.ledger.orders import Orders
from freqtrade_riskkit.ledger.owner import Owner
from freqtrade_riskkit.ledger.requests import Requester, RequestKind, RequestRow
from freqtrade_riskkit.ledger.schema import STATES
from freqtrade_riskkit.ledger.store import Store
from freqtrade_riskkit.ledger.trade_arrays import TradeArrays
from freqtrade_riskkit.ledger.trades import Trades, TradesPut


class AccountLedger:
    """What the store keeps for one generation of one account; no method reaches another's rows.

    Made by `freqtrade_riskkit.ledger.open_ledger`. Every method raises `LedgerUnavailable` when the store
    can't be used, and ValueError for an input that can't be stored: its subclass `RecordRefused` names the
    record, `ForeignRecord` is for a record of another account, and nothing of the call is written then.
    Periods are half-open, ``since <= moment < until``; None leaves an end open; all times are aware.
    Each call is one transaction. It may be used from several threads. It holds connections, so it refuses to
    be pickled or copied.
    """

    def __init__(self, store: Store, account_id: str, generation: int) -> None:
        owner = Owner(account_id, generation)
        self._store, self._owner = store, owner
        self._requests = Requester(account_id, generation)
        self._decisions, self._alerts = Decisions(store, owner), Alerts(store, owner)
        self._trades, self._orders = Trades(store, owner), Orders(store, owner)
        self._equity, self._cash_flows = Equity(store, owner), CashFlows(store, owner)

    @property
    def account_id(self) -> str:
        """The account, as it was asked for."""
        return self._owner.account_id

    @property
    def generation(self) -> int:
        """Number of the bot database that the rows belong to, from 1."""
        return self._owner.generation

    def save_state(self, name: str, body: str, now: datetime) -> None:
        """Keep the state of one part of the kit in place of the one before.

        When this returns, the state is on disk; until then the one before stays readable, whatever happens.

        Parameters
        ----------
        name
            Which part, such as ``breaker``; not blank, up to 200 characters.
        body
            JSON text that says its own version; kept as given.
        now
            When it holds; aware.
        """
        values = {"body": storable("body", body), "saved_at": aware("now", now)}
        short("name", name)
        with self._store.writing(f"save the state {name!r}") as connection:
            connection.execute(
                insert(connection, STATES)
                .values(**self._owner.columns(), name=name, **values)
                .on_conflict_do_update(
                    index_elements=[STATES.c.account_id, STATES.c.generation, STATES.c.name], set_=values
                )
            )

    def load_state(self, name: str) -> str | None:
        """Return the body last saved under the name, None where nothing was."""
        short("name", name)
        with self._store.reading(f"load the state {name!r}") as connection:
            body: str | None = connection.execute(
                select(STATES.c.body).where(self._owner.owns(STATES), STATES.c.name == name)
            ).scalar()
        return body

    def add_decision(self, kind: str, code: str, at: datetime, text: str, body: str) -> None:
        """Record a decision.

        The same decision recorded again (all five values equal) stays one row, so a caller that doesn't know
        whether its write arrived may simply repeat it.

        Parameters
        ----------
        kind, code
            What sort of decision, and the code it is known by; not blank, up to 200 characters.
        at
            When it was taken; aware.
        text, body
            The line for a person, and JSON text with the figures; kept as given.
        """
        self._decisions.add(kind, code, at, text, body)

    def decisions(self, kind: str | None = None, limit: int = 100) -> list[DecisionRow]:
        """Return at most `limit` decisions of this generation, newest first; only of one kind if named."""
        return self._decisions.newest(kind, limit)

    def add_alert(self, code: str, at: datetime, text: str, body: str) -> None:
        """Record what a person was told; the same again (all four values equal) stays one row.

        `code` is not blank and has up to 200 characters; `body` is JSON text with the figures.
        """
        self._alerts.add(code, at, text, body)

    def alerts(self, limit: int = 100) -> list[AlertRow]:
        """Return at most `limit` alerts of this generation, the newest first."""
        return self._alerts.newest(limit)

    def put_trades(self, records: Iterable[TradeRecord], seen_at: datetime) -> TradesPut:
        """Record closed trades: new ones are added, others take the form that they are offered in.

        Offered again they change nothing. A trade that was dropped and is offered again stands again. Where
        an id comes twice in one call, the later record counts. `seen_at` is kept for each row that is
        written. For an import put some 10,000 trades a call, so that other processes get their turn in
        between.
        """
        return self._trades.put(records, seen_at)

    def drop_trades(self, trade_ids: Iterable[int], at: datetime) -> int:
        """Take trades out of every figure that Freqtrade's database no longer has; return how many stood.

        Their rows are kept, marked with the moment.
        """
        return self._trades.drop(trade_ids, at)

    def trades(
        self, since: datetime | None = None, until: datetime | None = None, limit: int | None = None
    ) -> list[TradeRecord]:
        """Return the trades that closed in a period in the order of closing (exit time, then id).

        With a limit, the last so many of them, in the same order.
        """
        return self._trades.closed(since, until, limit)

    def trade_digests(self) -> dict[int, str]:
        """Return the digest of each trade by its id; `freqtrade_riskkit.ledger.trade_digest` gives others."""
        return self._trades.digests()

    def trade_arrays(self) -> TradeArrays:
        """Return the figures of all trades as arrays, in the order of closing."""
        return self._trades.arrays()

    def put_orders(self, records: Iterable[OrderRecord]) -> None:
        """Record orders as they stand now; an order is known by its pair and id.

        An order that has ended stays as it ended, whatever unfinished form is offered late.
        """
        self._orders.put(records)

    def orders(self, open_only: bool = False, since: datetime | None = None) -> list[OrderRecord]:
        """Return the orders placed at `since` or later in the order of placement; or only unfinished ones."""
        return self._orders.placed(open_only, since)

    def add_equity(self, samples: Iterable[EquitySample]) -> None:
        """Record equity samples; one of a moment that has one already takes its place."""
        self._equity.add(samples)

    def equity(self, since: datetime | None = None, until: datetime | None = None) -> list[EquitySample]:
        """Return the equity samples of a period in the order of their moments."""
        return self._equity.samples(since, until)

    def thin_equity(self, now: datetime) -> int:
        """Remove the samples that age makes superfluous; return how many.

        See `freqtrade_riskkit.core.equity.surplus` for what stays. Once an hour is often enough.
        """
        return self._equity.thin(now)

    def add_cash_flows(self, flows: Iterable[CashFlow]) -> list[CashFlow]:
        """Record cash flows; return those that weren't known. A known id stays as it was first recorded."""
        return self._cash_flows.add(flows)

    def cash_flows(self) -> list[CashFlow]:
        """Return the cash flows in the order in which they happened."""
        return self._cash_flows.all()

    def add_request(self, kind: RequestKind, at: datetime, text: str, rule: str | None = None) -> int:
        """Ask the account's bot for something, and return the request's number.

        Parameters
        ----------
        kind
            What is asked for.
        at
            When a person asked; aware.
        text
            The person's reason; may be empty.
        rule
            The one rule that is meant, not blank, up to 200 characters; None means all.
        """
        moment = aware("at", at)
        storable("text", text)
        if rule is not None:
            short("rule", rule)
        with self._store.writing(f"ask for a {kind}") as connection:
            return self._requests.add(connection, kind, rule, moment, text)

    def open_requests(self) -> list[RequestRow]:
        """Return the requests that no bot has taken yet, in the order in which they were asked."""
        with self._store.reading("read the requests") as connection:
            return self._requests.untaken(connection)

    def request(self, number: int) -> RequestRow | None:
        """Return one request, None where there is none of that number."""
        with self._store.reading(f"read the request {number}") as connection:
            return self._requests.one(connection, number)

    def answer_request(self, number: int, at: datetime, answer: str) -> None:
        """Mark a request as taken by the bot; the first answer stays, a number that isn't there is ignored.

        Parameters
        ----------
        at
            When the bot took it; aware.
        answer
            What came of it.
        """
        moment = aware("at", at)
        storable("answer", answer)
        with self._store.writing(f"answer the request {number}") as connection:
            self._requests.take(connection, number, moment, answer)

    def signs_of_others(self, state: str) -> list[LastSign]:
        """Return when each other generation's bot last took an equity sample or saved the state `state`."""
        return signs_of_others(self._store, self._owner, state)

    def close(self) -> None:
        """Give the store back; every later call raises `LedgerUnavailable`. Closing twice is harmless."""
        self._store.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("an open ledger can't be pickled or copied; leave it out and open it again")
