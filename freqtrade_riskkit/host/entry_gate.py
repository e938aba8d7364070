"""The gate that every entry passes: it gathers what the rules need and asks them in turn."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from freqtrade.exchange import timeframe_to_prev_date, timeframe_to_seconds
from freqtrade.persistence import LocalTrade
from pandas import DataFrame

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.core.decisions import ALLOWED, Decision
from freqtrade_riskkit.core.entry.request import EntryKind, EntryRequest
from freqtrade_riskkit.host import policies
from freqtrade_riskkit.host.account_view import account_view
from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.breaker_desk import BreakerDesk
from freqtrade_riskkit.host.confidence import SignalConfidence
from freqtrade_riskkit.host.denials import Denials
from freqtrade_riskkit.host.entry_counts import EntryCounts
from freqtrade_riskkit.host.ladders import ladder_of
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.trades import open_trades

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy

_INITIAL, _REPLACED = EntryKind.INITIAL, EntryKind.REPLACED
"""Asked for at every entry of a backtest, where each look into the enum counts."""


class EntryGate:
    """Decides on entries and counts what it decided.

    Parameters
    ----------
    config
        The configuration in force.
    strategy
        For its timeframe and wallets.
    run, currency
        Kind of run, stake currency.

    Attributes
    ----------
    replaced
        The trade whose order a backtest looks at for replacement right now; an entry asked for meanwhile is
        that order, placed anew. None at any other time, and in a bot, which asks for these by their kind.
    """

    def __init__(self, config: RiskKitConfig, strategy: IStrategy, run: Run, currency: str) -> None:
        self._config = config
        self._strategy = strategy
        self._is_simulated = run.is_simulated
        self.limit = policies.position_limit(config, strategy.max_open_trades)
        self._rules = policies.entry_rules(config, self.limit, timeframe_to_seconds(strategy.timeframe))
        self._balance_of_rules = self._balance if policies.fragmentation(config) is not None else None
        breaker = config.circuit_breaker
        self._counts_orders = breaker is not None and breaker.order_rate is not None
        self._confidence = SignalConfidence() if policies.uses_confidence(config.entry) else None
        self._confidence_of = self._reader_of_confidence(bool(strategy.config.get("timeframe_detail")))
        level = logging.INFO if run.is_trade else logging.DEBUG
        self._asked: EntryRequest | None = None
        self.replaced: LocalTrade | None = None
        self.denials = Denials(currency, level, would=config.mode != "enforce")
        self.entries = EntryCounts(level, self.limit)

    def decide(
        self, asked: Asked, books: AccountBooks, candle: datetime | None, enters: bool = False
    ) -> Decision:
        """Ask the breaker, then every rule; warnings are counted, the first denial is given.

        Where it `enters`, an initial entry that may go on is noted as `entered`.
        """
        replaced = self.replaced
        if replaced is not None or asked.kind is _REPLACED:
            asked = _of_a_replacement(asked, replaced)
        desk = books.desk
        if desk is not None and not desk.breaker.course.is_closed:
            decision = self._of_the_breaker(desk.decide(), asked)
            if not decision.allowed:
                return decision
        pair, kind, now = asked.pair, asked.kind, asked.now
        request = self._asked = EntryRequest(pair, kind, now, self._confidence_of(pair, now), asked.enter_tag)
        trades = LocalTrade.bt_trades_open if self._is_simulated else open_trades()
        if replaced is not None:
            trades = [trade for trade in trades if trade is not replaced]
        view = account_view(trades, pair, books.last_closed_entry_at, self._balance_of_rules)
        for rule in self._rules:
            decision = rule.check(request, view)
            if decision is ALLOWED:
                continue
            if not decision.allowed:
                return decision
            if decision.code is not None:
                self.denials.warn(pair, decision, candle)
        enters = enters and kind is _INITIAL
        # While an entry is still being sized there is no order yet, and there may never be one.
        if desk is not None and self._counts_orders and asked.value is not None:
            at, places = books.now if now == books.given else now, enters and self._is_simulated
            if not (places and desk.breaker.places_calmly(at)):
                decision = self._of_the_order(desk, asked, at)
                if not decision.allowed:
                    return decision
                if places:
                    desk.order_placed(at)
        if enters:
            self.entries.note(pair, len(trades) + 1, request.confidence)
        return ALLOWED

    def entered(self, pair: str, now: datetime, books: AccountBooks | None) -> None:
        """Note an initial entry that was let in and confirmed; a backtest places its order now.

        One that only replaces an order was noted when that was placed.
        """
        request = self._asked
        if request is None or request.pair != pair or request.now is not now:
            asked, replaced = Asked(pair, now), self.replaced
            kind = asked.kind if replaced is None else _of_a_replacement(asked, replaced).kind
            request = EntryRequest(pair, kind, now, self._confidence_of(pair, now))
        if request.kind is not EntryKind.INITIAL:
            return
        open_now = len(LocalTrade.bt_trades_open if self._is_simulated else open_trades()) + 1
        self.entries.note(pair, open_now, request.confidence)
        desk = books.desk if books is not None else None
        if desk is None or books is None or not (self._is_simulated and self._counts_orders):
            return
        desk.order_placed(books.now if now == books.given else now)

    def learn_signals(self, pair: str, dataframe: DataFrame) -> None:
        """Read the confidence of a dataframe's signals."""
        if self._confidence is not None:
            self._confidence.learn(pair, dataframe)

    def distrust_signals(self, pair: str) -> None:
        """Let every signal of a pair count as one without a readable confidence."""
        if self._confidence is not None:
            self._confidence.distrust(pair)

    def _of_the_order(self, desk: BreakerDesk, asked: Asked, at: datetime) -> Decision:
        """Let the breaker see an order coming, once nothing else denies it: it may be one too many."""
        if asked.kind is not _INITIAL and asked.kind is not EntryKind.ADDED:
            return ALLOWED
        events = desk.breaker.order_asked(at)
        if not events:
            return ALLOWED
        desk.take_events(events)
        decision = desk.decide()
        return decision if decision.allowed else self._of_the_breaker(decision, asked)

    def _of_the_breaker(self, denial: Decision, asked: Asked) -> Decision:
        """Give what an open breaker means for this entry: additions may be let pass."""
        section = self._config.circuit_breaker
        if not asked.kind.adds or section is None or section.added_entries == "block":
            return denial
        if section.added_entries == "allow":
            return ALLOWED
        trade, value = asked.trade, asked.value
        if trade is None or value is None:
            raise ValueError("an added entry can't be held against its ladder without its trade and value")
        ladder = ladder_of(trade, self._strategy.max_entry_position_adjustment)
        stake = value / (trade.leverage or 1.0)
        if ladder.covers(stake):
            return ALLOWED
        words = f"ladder: reserve={ladder.reserve:.8g}, added={ladder.added:.8g}, asked={stake:.8g}"
        return replace(denial, detail=", ".join(part for part in (denial.detail, words) if part))

    def _reader_of_confidence(self, has_detail: bool) -> Callable[[str, datetime], float | None]:
        """Give what reads the confidence of the signal on a pair that is acted on at a moment."""
        confidence, timeframe = self._confidence, self._strategy.timeframe
        if confidence is None:
            return lambda pair, now: None
        if not self._is_simulated:
            return lambda pair, now: confidence.newest(pair)
        if has_detail:
            return lambda pair, now: confidence.at_candle(pair, timeframe_to_prev_date(timeframe, now))
        return confidence.at_candle

    def _balance(self) -> float:
        wallets = self._strategy.wallets
        return float(wallets.get_total_stake_amount()) if wallets is not None else 0.0


def _of_a_replacement(asked: Asked, replaced: LocalTrade | None) -> Asked:
    """Say what an entry that replaces an order is: the trade tells whether the order was an added one."""
    if replaced is not None:
        asked = asked._replace(kind=EntryKind.REPLACED, trade=replaced)
    if asked.trade is None:
        return asked
    return asked._replace(kind=EntryKind.REPLACED_ADDED) if asked.trade.nr_of_successful_entries else asked
