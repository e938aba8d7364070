"""Reads what the ledger has of one account, and makes its report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.stored_accounts import Stored
from freqtrade_riskkit.core.account_history import AccountHistory
from freqtrade_riskkit.core.equity_figures import equity_figures
from freqtrade_riskkit.core.trends import Period, by_period, last_trades, whole
from freqtrade_riskkit.host.bot_state import STATE_NAME as BREAKER_STATE
from freqtrade_riskkit.host.bot_state import StateUnreadable, from_text
from freqtrade_riskkit.ledger import (
    AccountFacts,
    AccountLedger,
    FactsUnreadable,
    LedgerUnavailable,
    facts_from_text,
    open_recorded,
)
from freqtrade_riskkit.ledger.account_facts import STATE_NAME
from freqtrade_riskkit.report.account_report import AccountReport
from freqtrade_riskkit.report.safe_text import visible


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about an account.

    Attributes
    ----------
    since, until
        Half-open period; None leaves an end open.
    last
        Only so many trades, the last of the period; None for all.
    by
        Which trends; None for none.
    """

    since: datetime | None = None
    until: datetime | None = None
    last: int | None = None
    by: Period | None = None


def read_report(stored: Stored, question: Question, now: datetime) -> AccountReport:
    """Read an account's records and answer a question about them; writes nothing.

    Raises
    ------
    Refused
        Where the records can't be read, or don't say with how much the account began: no ratio of it would
        mean anything.
    """
    try:
        with closing(open_recorded(*stored.place, stored.row)) as ledger:
            facts = _facts(ledger, stored)
            return _report(ledger, facts, stored, question, now)
    except (LedgerUnavailable, FactsUnreadable, StateUnreadable, ValueError) as error:
        raise Refused(f"account {visible(stored.row.account_id)}: {error}") from None


def _report(
    ledger: AccountLedger, facts: AccountFacts, stored: Stored, question: Question, now: datetime
) -> AccountReport:
    history = read_history(ledger, facts)
    period = (question.since, question.until)
    if question.last is None:
        total = whole(history, *period, now)
    else:
        total = last_trades(history, question.last, *period, now)
    flows = sum(flow.amount for flow in history.cash_flows)
    return AccountReport(
        account_id=stored.row.account_id,
        generation=stored.row.generation,
        generations=stored.generations,
        currency=facts.currency,
        started_at=facts.started_at,
        starting_balance=facts.starting_balance,
        total=total,
        last=question.last,
        cash_flows=flows,
        equity=equity_figures(ledger.equity(*period)),
        by=question.by,
        trend=tuple(by_period(history, question.by, *period, now)) if question.by is not None else (),
        notes=tuple(_notes(stored, history, facts.currency, flows)),
    )


def read_history(ledger: AccountLedger, facts: AccountFacts) -> AccountHistory:
    """Read what the ledger has of its account's trades and cash flows."""
    arrays = ledger.trade_arrays()
    return AccountHistory(
        facts.starting_balance,
        facts.started_at,
        arrays.net_pnl,
        arrays.fees,
        arrays.holding_seconds,
        arrays.exit_at,
        tuple(ledger.cash_flows()),
    )


def _facts(ledger: AccountLedger, stored: Stored) -> AccountFacts:
    """Give what the account began with; where only the breaker remembers that, its word."""
    text = ledger.load_state(STATE_NAME)
    if text is not None:
        return facts_from_text(text)
    remembered = ledger.load_state(BREAKER_STATE)
    if remembered is not None:
        state = from_text(remembered)
        if math.isfinite(state.starting_balance) and state.starting_balance > 0:
            return AccountFacts(state.starting_balance, state.currency, stored.row.opened_at)
    raise Refused(
        f"the records of account {visible(ledger.account_id)}, generation {ledger.generation}, don't say "
        "with how much it began: start its bot once, or run riskkit import with its config"
    )


def _notes(stored: Stored, history: AccountHistory, currency: str, flows: float) -> Iterator[str]:
    if stored.note is not None:
        yield f"{stored.note}."
    count = len(history.cash_flows)
    if count:
        word = "deposit or withdrawal" if count == 1 else "deposits and withdrawals"
        yield (
            f"{count} {word} since the start, {flows:+.8g} {currency} together: they move the balance that "
            "ratios refer to and are no profit or loss."
        )


def split_unknown(
    accounts: Sequence[Stored], question: Question, now: datetime
) -> tuple[list[AccountReport], list[str]]:
    """Read one account after the other; give the reports, and a line for each that can't be shown."""
    reports, lines = [], []
    for stored in accounts:
        try:
            reports.append(read_report(stored, question, now))
        except Refused as error:
            lines.append(error.format_message())
    return reports, lines
