"""The gate that every entry passes: it gathers what the rules need and asks them in turn."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from freqtrade.exchange import timeframe_to_prev_date, timeframe_to_seconds
from freqtrade.persistence import LocalTrade
from pandas import DataFrame

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.core.decisions import ALLOWED, Decision
from freqtrade_riskkit.core.entry.positions import OneEntryPerPair
from freqtrade_riskkit.core.entry.request import AccountView, EntryKind, EntryRequest
from freqtrade_riskkit.host import policies
from freqtrade_riskkit.host.asked import Asked
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.confidence import SignalConfidence
from freqtrade_riskkit.host.denials import Denials
from freqtrade_riskkit.host.entry_counts import EntryCounts
from freqtrade_riskkit.host.ladders import ladder_of
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.trades import held_capital, open_trades

if TYPE_CHECKING:
    from freqtrade.strategy import IStrategy


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
        self._has_detail = bool(strategy.config.get("timeframe_detail"))
        self.limit = policies.position_limit(config, strategy.max_open_trades)
        self._rules = policies.entry_rules(config, self.limit, timeframe_to_seconds(strategy.timeframe))
        self._watches_pairs = any(isinstance(rule, OneEntryPerPair) for rule in self._rules)
        self._watches_time = policies.cooldown(config.entry, 1) is not None
        self._watches_capital = policies.fragmentation(config) is not None
        breaker = config.circuit_breaker
        self._counts_orders = breaker is not None and breaker.order_rate is not None
        self._confidence = SignalConfidence() if policies.uses_confidence(config.entry) else None
        level = logging.INFO if run.is_trade else logging.DEBUG
        self._asked: EntryRequest | None = None
        self.replaced: LocalTrade | None = None
        self.denials = Denials(currency, level, would=config.mode != "enforce")
        self.entries = EntryCounts(level)

    def decide(self, asked: Asked, books: AccountBooks, candle: datetime | None) -> Decision:
        """Ask the breaker, then every rule; warnings are counted, the first denial is given."""
        pair = asked.pair
        replaced = self.replaced
        if replaced is not None or asked.kind is EntryKind.REPLACED:
            asked = _of_a_replacement(asked, replaced)
        desk = books.desk
        if desk is not None:
            decision = desk.decide()
            if not decision.allowed:
                decision = self._of_the_breaker(decision, asked)
                if not decision.allowed:
                    return decision
        request = self._asked = self._request(asked)
        trades = open_trades()
        if replaced is not None:
            trades = [trade for trade in trades if trade is not replaced]
        pair_is_open = self._watches_pairs and any(trade.pair == pair for trade in trades)
        held = held_capital(trades) if self._watches_capital else 0.0
        last_entry_at = books.last_entry_at(trades) if self._watches_time else None
        balance = self._balance() if held else 0.0
        view = AccountView(len(trades), pair_is_open, last_entry_at, held, balance)
        for rule in self._rules:
            decision = rule.check(request, view)
            if not decision.allowed:
                return decision
            if decision.code is not None:
                self.denials.warn(pair, decision, candle)
        # While an entry is still being sized there is no order yet, and there may never be one.
        adds_risk = asked.kind is EntryKind.INITIAL or asked.kind is EntryKind.ADDED
        if desk is None or not (self._counts_orders and adds_risk) or asked.value is None:
            return ALLOWED
        # The breaker sees the order coming, once nothing else denies it: it may be one too many.
        if not desk.order_asked(asked.now):
            return ALLOWED
        decision = desk.decide()
        return decision if decision.allowed else self._of_the_breaker(decision, asked)

    def entered(self, pair: str, now: datetime) -> bool:
        """Note an initial entry that was let in and confirmed; False where it only replaces an order."""
        request = self._asked
        if request is None or request.pair != pair or request.now is not now:
            asked, replaced = Asked(pair, now), self.replaced
            request = self._request(asked if replaced is None else _of_a_replacement(asked, replaced))
        if request.kind is not EntryKind.INITIAL:
            return False
        confidence = request.confidence
        open_now = len(open_trades()) + 1
        self.entries.note(pair, open_now, self.limit.limit_for(confidence), self.limit.is_high(confidence))
        return True

    def learn_signals(self, pair: str, dataframe: DataFrame) -> None:
        """Read the confidence of a dataframe's signals."""
        if self._confidence is not None:
            self._confidence.learn(pair, dataframe)

    def distrust_signals(self, pair: str) -> None:
        """Let every signal of a pair count as one without a readable confidence."""
        if self._confidence is not None:
            self._confidence.distrust(pair)

    def _request(self, asked: Asked) -> EntryRequest:
        confidence = self._confidence_of(asked.pair, asked.now)
        return EntryRequest(asked.pair, asked.kind, asked.now, confidence, asked.enter_tag)

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

    def _confidence_of(self, pair: str, now: datetime) -> float | None:
        if self._confidence is None:
            return None
        if self._is_simulated:
            candle = timeframe_to_prev_date(self._strategy.timeframe, now) if self._has_detail else now
            return self._confidence.at_candle(pair, candle)
        return self._confidence.newest(pair)

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
