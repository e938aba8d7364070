"""Follows the money of a live bot: its deposits and withdrawals, and whether they explain its wallet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskkit.core.cash_flows import (
    CashChange,
    CashFigures,
    CashFinding,
    CashFlow,
    CashMemory,
    after_flows,
    begin,
    judge,
)
from freqtrade_riskkit.core.decisions import Unit, format_value
from freqtrade_riskkit.host.balances import Balances
from freqtrade_riskkit.host.cash_flows import CashFlowReader, ReadFlows, Unreadable
from freqtrade_riskkit.host.error_kinds import describe
from freqtrade_riskkit.host.trades import open_trades

if TYPE_CHECKING:
    from freqtrade.exchange import Exchange

logger = logging.getLogger("freqtrade_riskkit.cash")

_OUTAGE = timedelta(minutes=10)
_FALL = "neither trades nor deposits and withdrawals explain this fall of the wallet"


@dataclass(frozen=True, slots=True)
class CashState:
    """What a bot must remember of its cash flows over a restart."""

    read: ReadFlows | None = None
    memory: CashMemory | None = None


class CashWatch:
    """Looks at the money of a live bot, once a minute.

    It reads the wallet anew each time: Freqtrade itself does so only when it trades. `look` asks the
    exchange and changes nothing else; `take` gives and tells what it found.

    Parameters
    ----------
    exchange
        Freqtrade's, of a live bot.
    balances
        The account's; they say whether the wallet is a futures wallet.
    state
        What an earlier process knew; empty at the account's first start with the kit.
    alert
        Tells the user.
    """

    def __init__(
        self,
        exchange: Exchange,
        balances: Balances,
        *,
        state: CashState,
        alert: Callable[[str], None],
    ) -> None:
        self._balances = balances
        self._currency = exchange.get_proxy_coin()
        self._state = state
        self._alert = alert
        self._is_wallet_due = False
        self._failure: str | None = None
        self._wallet_failed = False
        self._flows: list[CashFlow] = []
        self._totals: Mapping[str, float] | None = None
        self._alerts: list[str] = []
        self._reader = CashFlowReader(
            exchange,
            self._currency,
            balances.budget,
            is_futures=balances.is_futures,
            state=state.read,
            tell=self._alerts.append,
        )

    @property
    def state(self) -> CashState:
        """What has to outlive the process, as of what was taken last."""
        return self._state

    @property
    def trouble(self) -> str | None:
        """Why deposits and withdrawals can't be read; None where they can."""
        trouble = self._reader.trouble
        return None if trouble is None else trouble.text

    def look(self, now: datetime) -> None:
        """Ask the exchange for what is due: the flows, and after them the wallet.

        Returns at once where nothing is. Raises nothing: what fails is told, once. What the budget leaves
        no time for waits for the next loop.
        """
        if self._reader.is_due(now):
            self._flows += self._reader.look(now)
            if not self._reader.is_due(now):
                self._is_wallet_due = not self._is_outage(now)
        if self._is_wallet_due:
            self._totals = self._balances.look(now)
            self._is_wallet_due = self._balances.is_waiting
            self._failure = None if self._is_wallet_due else self._balances.failure

    def take(self, now: datetime) -> list[CashFlow]:
        """Give the deposits and withdrawals that the looks found, once; tell what nothing explains.

        Asks the exchange for nothing, and raises nothing.
        """
        alerts, self._alerts[:] = list(self._alerts), []
        for text in alerts:
            self._alert(text)
        flows, self._flows = self._flows, []
        totals, self._totals = self._totals, None
        memory = self._after(flows)
        try:
            memory = self._compare(memory, totals, now)
        except Exception as error:  # noqa: BLE001 - a figure that can't be used is told, and the loop goes on
            self._say_failure(describe(error))
        self._state = CashState(self._reader.state, memory)
        return flows

    def _is_outage(self, now: datetime) -> bool:
        """Say whether the exchange is out of reach: then the wallet isn't asked for either, for a while.

        Where only the history stays out of reach, the wallet is compared without it.
        """
        trouble = self._reader.trouble
        if trouble is None or trouble.reason is not Unreadable.UNREACHABLE:
            return False
        return now - trouble.since < _OUTAGE

    def _after(self, flows: Iterable[CashFlow]) -> CashMemory | None:
        for flow in flows:
            kind = "deposit" if flow.amount > 0 else "withdrawal"
            logger.info(f"A {kind} of {self._money(abs(flow.amount))} is no profit or loss and is taken in.")
        if self._state.memory is None:
            return None
        memory, explained = after_flows(self._state.memory, flows)
        if explained:
            logger.info(f"{self._money(abs(explained))} of the wallet's change are explained by now.")
        return memory

    def _compare(
        self, memory: CashMemory | None, totals: Mapping[str, float] | None, now: datetime
    ) -> CashMemory | None:
        """Hold the wallet against what should be in it, where it was read; tell where it can't be read."""
        if totals is None:
            if self._failure is not None:
                self._say_failure(self._failure)
            return memory
        figures = cash_figures(
            totals.get(self._currency, 0.0),
            open_trades(),
            Trade.get_total_closed_profit(),
            is_futures=self._balances.is_futures,
        )
        finding = None
        if memory is None:
            memory = begin(figures, now)
        else:
            memory, finding = judge(memory, figures, now, self._reader.leaving)
        self._wallet_failed = False
        if finding is not None:
            self._say(finding)
        return memory

    def _say_failure(self, text: str) -> None:
        if not self._wallet_failed:
            self._wallet_failed = True
            self._alert(f"The wallet can't be read, deposits and withdrawals go unchecked: {text}")

    def _say(self, finding: CashFinding) -> None:
        if finding.change is CashChange.RISE:
            logger.info(
                f"The wallet rose by {self._money(finding.value)} more than trades and flows explain."
            )
            return
        detail = _FALL if self.trouble is None else f"{_FALL}; {self.trouble}"
        self._alert(finding.decision(detail).message(self._currency))

    def _money(self, amount: float) -> str:
        return format_value(amount, Unit.MONEY, self._currency)


def cash_figures(
    wallet: float, trades: Iterable[LocalTrade], closed_profit: float, *, is_futures: bool
) -> CashFigures:
    """Say what was put in and what there is now, in stake currency.

    Parameters
    ----------
    wallet
        Total of the stake currency, free and held by orders; of futures without unrealised profit.
    trades
        The open trades.
    closed_profit
        Of all closed trades.
    is_futures
        Positions of a futures wallet tie up nothing: their margin is still in it.
    """
    tied_up, realised = 0.0, closed_profit
    for trade in trades:
        tied_up += _paid_fees(trade) if is_futures else _paid(trade)
        realised += trade.realized_profit or 0.0
        if is_futures:
            realised += _unbooked_funding(trade)
    return CashFigures(wallet + tied_up - realised, wallet + tied_up)


def _paid(trade: LocalTrade) -> float:
    """Give what left the wallet for what a spot trade holds now, with its fee."""
    paid = trade.amount * trade.open_rate * (1 + (trade.fee_open or 0.0)) if _is_entered(trade) else 0.0
    for order in trade.orders:
        if order.ft_is_open and order.filled:
            value = order.filled * order.safe_price
            paid += value if order.ft_order_side == trade.entry_side else -value
    return paid


def _paid_fees(trade: LocalTrade) -> float:
    return trade.amount * trade.open_rate * (trade.fee_open or 0.0) if _is_entered(trade) else 0.0


def _is_entered(trade: LocalTrade) -> bool:
    """Say whether an entry is finished: until then the trade's amount is what was asked for."""
    return trade.nr_of_successful_entries > 0


def _unbooked_funding(trade: LocalTrade) -> float:
    """Give the funding that the wallet has and no exit has booked yet."""
    funding = trade.funding_fee_running or 0.0
    for order in reversed(trade.orders):
        if order.ft_order_side != trade.entry_side and not order.ft_is_open and order.filled:
            break
        funding += order.funding_fee or 0.0
    return funding
