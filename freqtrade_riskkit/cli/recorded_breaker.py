"""Reads how an account's breaker stands from the ledger that its bot keeps."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from freqtrade_riskkit.cli.own_config import OwnConfig, read_own_config
from freqtrade_riskkit.cli.own_generation import Meant, generation_meant
from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.cli.stored_accounts import whose_records
from freqtrade_riskkit.core.breaker import BreakerPolicy, CircuitBreaker, Trip
from freqtrade_riskkit.core.data_standing import DataStanding
from freqtrade_riskkit.host.bot_state import STATE_NAME, BotState, StateUnreadable, from_text
from freqtrade_riskkit.host.policies import breaker_policy
from freqtrade_riskkit.ledger import AccountLedger, LedgerUnavailable, list_accounts, open_recorded
from freqtrade_riskkit.report.breaker_explained import explain
from freqtrade_riskkit.report.safe_text import visible
from freqtrade_riskkit.report.standing import HistoryLine, Standing

MOST_LINES = 50


def read_standing(
    configs: Sequence[str],
    userdir: Path | None,
    now: datetime,
    *,
    explained: bool,
    db_url: str | None = None,
) -> Standing:
    """Read how the account of a config stands; writes nothing.

    Parameters
    ----------
    now
        What times are held against: trips whose time is over since the bot's last record have ended.
    explained
        Whether to give the rules in words and the history, too.
    db_url
        The database that the bot trades with; None for the config's.

    Raises
    ------
    Refused
        Where config or ledger can't be read, there are no records yet, or they may be another bot's.
    """
    own = read_own_config(configs, userdir, db_url)
    account = own.account.name
    try:
        stored = list_accounts(*own.place)
        rows = [row for row in stored if row.account_id == account]
        if not rows:
            raise Refused(f"no records of account {visible(account)} yet; {whose_records(stored)}")
        meant = generation_meant(rows, own.db_url)
        with closing(open_recorded(*own.place, meant.row)) as ledger:
            return _standing(ledger, own, meant, now, explained)
    except (LedgerUnavailable, StateUnreadable) as error:
        raise Refused(str(error)) from None


def _standing(
    ledger: AccountLedger, own: OwnConfig, meant: Meant, now: datetime, explained: bool
) -> Standing:
    section, text = own.section.circuit_breaker, ledger.load_state(STATE_NAME)
    policy = breaker_policy(section) if section is not None else None
    state = from_text(text) if text is not None else None
    if policy is not None and state is None:
        raise Refused(f"the bot of account {visible(ledger.account_id)} has recorded no breaker yet")
    breaker, ahead = _recall(policy, state, now)
    data = state.data if state is not None else DataStanding()
    return Standing(
        account_id=ledger.account_id,
        generation=ledger.generation,
        mode=own.section.mode,
        currency=state.currency if state is not None else own.account.currency,
        as_of=state.breaker.now if state is not None else None,
        now=now,
        breaker=breaker.state if breaker else None,
        cooldown_until=breaker.cooldown_until if breaker else None,
        equity=breaker.equity if breaker else None,
        peak=breaker.peak if breaker else None,
        day_loss=breaker.day_loss if breaker else None,
        oldest_mark_at=data.oldest_mark_at,
        unmarked=data.unmarked,
        near=policy.warn_at if policy is not None else 1.0,
        figures=breaker.figures() if breaker else (),
        trips=breaker.active_trips if breaker else (),
        data=data,
        notes=_notes(own, meant, state, ahead),
        explanation=explain(policy) if explained and policy is not None else (),
        history=_history(ledger) if explained else (),
    )


def _recall(
    policy: BreakerPolicy | None, state: BotState | None, now: datetime
) -> tuple[CircuitBreaker | None, bool]:
    """Bring the recorded breaker up to now; say whether it trips only by today's config."""
    if policy is None or state is None:
        return None, False
    breaker = CircuitBreaker.recall(policy, state.breaker)
    return breaker, any(isinstance(event, Trip) for event in breaker.clock(now))


def _notes(own: OwnConfig, meant: Meant, state: BotState | None, ahead: bool) -> tuple[str, ...]:
    notes = [f"{meant.note}."] if meant.note is not None else []
    if own.section.mode == "off":
        notes.append("mode off: the kit does nothing; this is what was recorded before.")
    if own.section.circuit_breaker is None:
        notes.append("the config has no circuit_breaker section.")
    if state is not None and own.account.currency not in ("", state.currency):
        notes.append(
            f"the records are in {state.currency}, the stake is now {own.account.currency}: the bot's "
            "breaker begins anew."
        )
    if state is not None and state.data.stale is not None:
        notes.append(
            f"when this was recorded, entries were denied: {state.data.stale.message(state.currency)}"
        )
    if state is not None and state.data.cash_trouble is not None:
        notes.append(f"{state.data.cash_trouble}.")
    if ahead:
        notes.append("a trip is shown that was not recorded: this config's limits were reached before it.")
    return tuple(notes)


def _history(ledger: AccountLedger) -> tuple[HistoryLine, ...]:
    newest = ledger.decisions(limit=MOST_LINES)
    return tuple(HistoryLine(row.at, row.kind, row.code, row.text) for row in reversed(newest))
