"""How an account has done: figures over its closed trades, kept up to date trade by trade."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskkit.core.closed_balance import ClosedBalance
from freqtrade_riskkit.core.records import TradeRecord

DAYS_A_YEAR = 365


class ForeignRecord(ValueError):
    """A record of another account was offered. Accounts are never mixed."""

    def __init__(self, own: str, other: str) -> None:
        super().__init__(f"the record belongs to account {other!r}, not to {own!r}")
        self.own = own
        self.other = other


@dataclass(frozen=True, slots=True)
class Metrics:
    """Performance of one account over closed trades. Undefined figures are None.

    Attributes
    ----------
    trades, wins, losses, draws
        Counts; a draw has a net profit of exactly 0.
    win_rate
        ``wins / trades``.
    average_win, average_loss
        Mean net profit of the wins and mean net loss of the losses, both ≥ 0, in stake currency.
    expectancy
        ``win_rate × average_win − losses / trades × average_loss``, stake currency a trade.
    expectancy_ratio
        ``(1 + average_win / average_loss) × win_rate − 1``; None without a loss.
    profit_factor
        Sum of wins over sum of losses; None without a loss.
    sharpe, sortino
        Mean daily profit over the (population) standard deviation of all trades' profits, of the
        losing trades' profits, each as a fraction of the starting balance, times √365.
    calmar
        Mean daily profit in percent of the starting balance over the drawdown ratio at the largest
        fall in money, times √365.
    sqn
        System quality number: √trades × mean / sample standard deviation of the profits.
    max_drawdown, max_drawdown_abs
        Largest fall from a peak of closed profit as a fraction of the peak balance, and in money;
        they may belong to different falls.
    current_drawdown, current_drawdown_abs, peak_equity
        The fall from the last peak, and the peak itself.
    win_streak, loss_streak
        Current streaks. `longest_loss_streak` counts draws as no win, as the host's own report does.
    average_holding_seconds, fees, net_profit
        Mean time in a trade, sum of fees, sum of net profits.
    """

    trades: int
    wins: int
    losses: int
    draws: int
    win_rate: float | None
    average_win: float | None
    average_loss: float | None
    expectancy: float | None
    expectancy_ratio: float | None
    profit_factor: float | None
    sharpe: float | None
    sortino: float | None
    calmar: float | None
    sqn: float | None
    max_drawdown: float | None
    max_drawdown_abs: float | None
    current_drawdown: float | None
    current_drawdown_abs: float | None
    peak_equity: float
    win_streak: int
    loss_streak: int
    longest_win_streak: int
    longest_loss_streak: int
    average_holding_seconds: float | None
    fees: float
    net_profit: float


class Spread:
    """Running mean and squared deviation (Welford), stable over millions of values."""

    __slots__ = ("count", "mean", "squares")

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0

    def add(self, value: float) -> None:
        """Take in one value."""
        self.count += 1
        delta = value - self.mean
        self.mean += delta / self.count
        self.squares += delta * (value - self.mean)

    def deviation(self, lost_degrees: int) -> float | None:
        """Give the standard deviation; None where it is undefined or zero.

        A deviation below one part in 10¹² of the mean is rounding, and counts as zero.
        """
        if self.count <= lost_degrees:
            return None
        deviation = math.sqrt(self.squares / (self.count - lost_degrees))
        return deviation if deviation > 1e-12 * abs(self.mean) else None


class Performance:
    """Keeps the figures of one account's closed trades, each taken in once, at constant cost.

    Trades and cash flows come in the order in which they happened (`closed_balance.place`).

    Parameters
    ----------
    account_id
        Records of any other account are refused.
    starting_balance
        Balance at the start in stake currency, above 0.
    """

    def __init__(self, account_id: str, starting_balance: float) -> None:
        self._balance = ClosedBalance(starting_balance)
        self._account_id = account_id
        self._all = Spread()
        self._lost = Spread()
        self._wins = self._losses = 0
        self._won_money = self._lost_money = 0.0
        self._max_ratio = self._max_abs = self._ratio_at_max_abs = 0.0
        self._ratio, self._peak = 0.0, starting_balance
        self._win_streak = self._loss_streak = self._no_win_streak = 0
        self._longest_win = self._longest_no_win = 0
        self._holding = self._fees = 0.0

    def take(self, trade: TradeRecord) -> None:
        """Take in a closed trade.

        Raises
        ------
        ForeignRecord
            Where the trade belongs to another account.
        ValueError
            Where its profit, in money or as a ratio, or its fees are not finite.
        """
        if trade.account_id != self._account_id:
            raise ForeignRecord(self._account_id, trade.account_id)
        pnl = trade.net_pnl
        if not (math.isfinite(pnl) and math.isfinite(trade.fees) and math.isfinite(trade.pnl_ratio)):
            figures = f"net_pnl={pnl}, fees={trade.fees}, pnl_ratio={trade.pnl_ratio}"
            raise ValueError(f"trade {trade.trade_id}: {figures} must be finite")
        self._all.add(pnl)
        self._count(pnl)
        self._note_close(pnl)
        self._holding += trade.holding_seconds
        self._fees += trade.fees

    def cash_flow(self, amount: float) -> None:
        """Take in a deposit (above 0) or a withdrawal (below 0); finite. It counts from the next close on."""
        self._balance.cash_flow(amount)

    @property
    def starting_balance(self) -> float:
        """Balance at the start, in stake currency."""
        return self._balance.start

    @property
    def balance(self) -> float:
        """Starting balance, cash flows and net profits, in stake currency."""
        return self._balance.value

    @property
    def net_profit(self) -> float:
        """Sum of the net profits, in stake currency."""
        return self._balance.profit

    def metrics(self, since: datetime | None, until: datetime | None) -> Metrics:
        """Give all figures.

        Parameters
        ----------
        since, until
            The period that daily means refer to; it counts in whole days, at least one. Without
            both, or where they are equal, sharpe, sortino and calmar are None.
        """
        count = self._all.count
        average_win = self._won_money / self._wins if self._wins else None
        average_loss = self._lost_money / self._losses if self._losses else None
        win_rate = self._wins / count if count else None
        a_day = self._profit_a_day(since, until)
        fall = self._balance.fall
        return Metrics(
            trades=count,
            wins=self._wins,
            losses=self._losses,
            draws=count - self._wins - self._losses,
            win_rate=win_rate,
            average_win=average_win,
            average_loss=average_loss,
            expectancy=(self._won_money - self._lost_money) / count if count else None,
            expectancy_ratio=(
                (1 + (average_win or 0.0) / average_loss) * win_rate - 1
                if average_loss and win_rate is not None
                else None
            ),
            profit_factor=self._won_money / self._lost_money if self._lost_money else None,
            sharpe=_a_year(a_day, self._all.deviation(0)),
            sortino=_a_year(a_day, self._lost.deviation(0)),
            calmar=_a_year(a_day, self._ratio_at_max_abs * self._balance.start / 100),
            sqn=_ratio(math.sqrt(count) * self._all.mean, self._all.deviation(1)),
            max_drawdown=self._max_ratio if count else None,
            max_drawdown_abs=self._max_abs if count else None,
            current_drawdown=self._ratio if count else None,
            current_drawdown_abs=fall if count else None,
            peak_equity=self._peak,
            win_streak=self._win_streak,
            loss_streak=self._loss_streak,
            longest_win_streak=self._longest_win,
            longest_loss_streak=self._longest_no_win,
            average_holding_seconds=self._holding / count if count else None,
            fees=self._fees,
            net_profit=self._balance.profit,
        )

    def _note_close(self, pnl: float) -> None:
        balance = self._balance
        balance.close(pnl)
        self._ratio, self._peak, fall = balance.drawdown, balance.peak, balance.fall
        if self._ratio > self._max_ratio:
            self._max_ratio = self._ratio
        if fall > self._max_abs:
            self._max_abs, self._ratio_at_max_abs = fall, self._ratio

    def _count(self, pnl: float) -> None:
        if pnl > 0:
            self._wins += 1
            self._won_money += pnl
            self._win_streak += 1
            self._loss_streak = self._no_win_streak = 0
            self._longest_win = max(self._longest_win, self._win_streak)
            return
        self._win_streak = 0
        self._no_win_streak += 1
        self._longest_no_win = max(self._longest_no_win, self._no_win_streak)
        if pnl < 0:
            self._losses += 1
            self._lost_money -= pnl
            self._loss_streak += 1
            self._lost.add(pnl)
        else:
            self._loss_streak = 0

    def _profit_a_day(self, since: datetime | None, until: datetime | None) -> float | None:
        if since is None or until is None or since == until or not self._all.count:
            return None
        return self._balance.profit / max(1, (until - since).days)


def _ratio(value: float, divisor: float | None) -> float | None:
    return value / divisor if divisor else None


def _a_year(a_day: float | None, divisor: float | None) -> float | None:
    """Bring a daily mean over its risk to a year: ``mean / risk × √365``."""
    return None if a_day is None or not divisor else a_day / divisor * math.sqrt(DAYS_A_YEAR)
