"""The books of a backtest: what those of a bot do, at what a backtest may spend on a candle or a trade."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from freqtrade.persistence import LocalTrade

from freqtrade_riskkit.core.cash_flows import CashFlow
from freqtrade_riskkit.core.performance import Performance
from freqtrade_riskkit.host.backtest_figures import BacktestFigures
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.marks_backtest import BacktestMarks
from freqtrade_riskkit.host.trades import BacktestTrades


class BacktestBooks(AccountBooks):
    """Books that are kept candle by candle; the records of closed trades are made once somebody asks.

    At most candles, and at most closes, the breaker is certain to stay as it is. These take a short way, with
    the same figures; everything else goes the way that a bot's books go.

    Parameters
    ----------
    account_id, performance, started_at, on_closed, has_partial_exits
        As in `AccountBooks`.
    feed
        The backtest's closed trades.

    Attributes
    ----------
    closed
        What is kept of the closed trades.
    """

    feed: BacktestTrades
    closed: BacktestFigures  # type: ignore[assignment]
    marks: BacktestMarks | None

    def __init__(
        self,
        account_id: str,
        feed: BacktestTrades,
        performance: Performance,
        started_at: datetime,
        on_closed: Callable[[int], None] | None,
        has_partial_exits: bool,
    ) -> None:
        super().__init__(account_id, feed, performance, started_at, on_closed, has_partial_exits)
        self.closed = BacktestFigures(account_id, performance)

    def loop(self, now: datetime) -> bool:
        """Do as `pass_time` does; True where the breaker is closed, no lock stands and nothing came of it."""
        feed, marks, desk, curve = self.feed, self.marks, self.desk, self.curve
        moment = now if now.tzinfo is UTC else now.astimezone(UTC)
        has_news = len(feed.closed) != feed.taken or self._waiting or self._has_partial_exits
        if has_news or desk is None or marks is None or curve is None or moment < self.now:
            self.pass_time(moment)
            if self.now is moment:
                self.given = now
            return False
        trades = feed.open
        unrealised = marks.unrealised(moment, trades)
        equity = self.equity.value + unrealised
        course = desk.breaker.course
        is_calm = not marks.missing and course.stays_calm(equity, moment)
        if is_calm:
            worst, opening = self.equity.value + marks.adverse, course.compared.day_opening
            if equity <= curve.usable_peak and opening == curve.day_opening:
                curve.usable = equity
                if equity < curve.lowest:
                    curve.lowest = equity
                if worst < curve.adverse_lowest:
                    curve.adverse_lowest = worst
            else:
                curve.add(equity, worst, opening)
        elif not self._hold_marks(moment, unrealised):
            desk.clock(moment)
        self.now, self.given = moment, now
        self._position_samples += 1
        self._positions_seen += len(trades)
        return is_calm and not desk.may_have_locks

    def take_new_trades(self) -> bool:
        """Take in the closes and partial exits since the last call; mostly there is none, or one close."""
        feed = self.feed
        new = len(feed.closed) - feed.taken
        if new > 1 or self._waiting or self._has_partial_exits:
            return super().take_new_trades()
        if new:
            self._book(feed.closed[feed.taken], unbooked=())
            feed.taken += 1  # not before: what can't be read stays the next one
        return bool(new)

    def _book(self, trade: LocalTrade, unbooked: Sequence[LocalTrade]) -> None:
        """Take in one closed trade; all that may refuse it comes before the first thing that changes."""
        desk, marks = self.desk, self.marks
        unrealised = 0.0
        if desk is not None and marks is not None:
            others = [*self.feed.open, *unbooked] if unbooked else self.feed.open
            unrealised = marks.unrealised_without(trade, self.now, others)
        self.closed.take(trade)
        if self.curve is not None:
            equity = self.equity.close(trade.id, trade.close_profit_abs or 0.0)
            if desk is not None:
                equity, pnl_ratio, at = equity + unrealised, trade.close_profit or 0.0, trade.close_date
                if at is None or at == self.given:
                    at = self.now
                if not desk.breaker.course.closes_calmly(equity, pnl_ratio, at):
                    desk.trade_closed(equity, pnl_ratio, at)
        last = self.last_closed_entry_at
        if last is None or trade.open_date > last:
            self.last_closed_entry_at = trade.open_date
        if self._on_closed is not None:
            self._on_closed(trade.id)

    def restate(self, starting_balance: float, began_at: datetime, flows: Iterable[CashFlow]) -> None:
        """Refuse: a backtest's account begins with its wallet, and nothing comes or goes."""
        raise TypeError("a backtest's account begins with its wallet, and nothing comes or goes")
