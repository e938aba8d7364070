"""The gate that every entry passes: it gathers what the rules need and asks them in turn."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from freqtrade.exchange import timeframe_to_prev_date, timeframe_to_seconds
from freqtrade.persistence import LocalTrade
from pandas import DataFrame

from freqtrade_riskkit.config import RiskKitConfig
from freqtrade_riskkit.core.decisions import ALLOWED, Decision
from freqtrade_riskkit.core.entry.request import AccountView, EntryKind, EntryRequest
from freqtrade_riskkit.host import policies
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.confidence import SignalConfidence
from freqtrade_riskkit.host.denials import Denials
from freqtrade_riskkit.host.entry_counts import EntryCounts
from freqtrade_riskkit.host.modes import Run
from freqtrade_riskkit.host.trades import held_capital, is_being_replaced, open_trades, open_trades_on

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
    """

    def __init__(self, config: RiskKitConfig, strategy: IStrategy, run: Run, currency: str) -> None:
        self._config = config
        self._strategy = strategy
        self._is_simulated = run.is_simulated
        self._has_detail = bool(strategy.config.get("timeframe_detail"))
        self._stacking = bool(strategy.config.get("position_stacking"))
        self.limit = policies.position_limit(config, strategy.max_open_trades)
        self._rules = policies.entry_rules(config, self.limit, timeframe_to_seconds(strategy.timeframe))
        self._watches_time = policies.cooldown(config.entry, 1) is not None
        self._watches_capital = policies.fragmentation(config) is not None
        self._confidence = SignalConfidence() if policies.uses_confidence(config.entry) else None
        level = logging.INFO if run.is_trade else logging.DEBUG
        self.denials = Denials(currency, level, would=config.mode != "enforce")
        self.entries = EntryCounts(level)

    def decide(
        self,
        pair: str,
        now: datetime,
        kind: EntryKind,
        books: AccountBooks,
        candle: datetime | None,
    ) -> Decision:
        """Ask the breaker, then every rule; warnings are counted, the first denial is given."""
        if books.desk is not None and self._breaker_covers(kind):
            decision = books.desk.decide()
            if not decision.allowed:
                return decision
        request, view = self._describe(pair, now, kind, books)
        for rule in self._rules:
            decision = rule.check(request, view)
            if not decision.allowed:
                return decision
            if decision.code is not None:
                self.denials.warn(pair, decision, candle)
        return ALLOWED

    def entered(self, pair: str, now: datetime) -> None:
        """Note an initial entry that passed every check and was confirmed; a replaced order is none."""
        if self._being_replaced(pair):
            return
        confidence = self._confidence_of(pair, now)
        open_now = len(open_trades()) + 1
        self.entries.note(pair, open_now, self.limit.limit_for(confidence), self.limit.is_high(confidence))

    def learn_signals(self, pair: str, dataframe: DataFrame) -> None:
        """Read the confidence of a dataframe's signals."""
        if self._confidence is not None:
            self._confidence.learn(pair, dataframe)

    def distrust_signals(self, pair: str) -> None:
        """Let every signal of a pair count as one without a readable confidence."""
        if self._confidence is not None:
            self._confidence.distrust(pair)

    def _describe(
        self, pair: str, now: datetime, kind: EntryKind, books: AccountBooks
    ) -> tuple[EntryRequest, AccountView]:
        trades = open_trades()
        on_pair = open_trades_on(pair)
        replaced = self._being_replaced(pair) if kind is EntryKind.INITIAL else []
        if replaced:
            kind = EntryKind.REPLACED
            trades = [trade for trade in trades if trade not in replaced]
            on_pair = [trade for trade in on_pair if trade not in replaced]
        held = held_capital(trades) if self._watches_capital else 0.0
        view = AccountView(
            open_positions=len(trades),
            pair_is_open=bool(on_pair),
            last_entry_at=books.last_entry_at(trades) if self._watches_time else None,
            held_capital=held,
            balance=self._balance() if held else 0.0,
        )
        return EntryRequest(pair, kind, now, self._confidence_of(pair, now)), view

    def _being_replaced(self, pair: str) -> list[LocalTrade]:
        """Give the trades of a pair whose order a backtest asks to replace; a bot doesn't ask for these."""
        if not self._is_simulated:
            return []
        return [trade for trade in open_trades_on(pair) if is_being_replaced(trade, self._stacking)]

    def _breaker_covers(self, kind: EntryKind) -> bool:
        section = self._config.circuit_breaker
        return kind is not EntryKind.ADDED or section is None or section.added_entries == "block"

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
