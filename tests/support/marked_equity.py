"""An account's equity told a second time, from what Freqtrade exports and from the candles alone.

Nothing of the kit is asked. Each position is marked at the open of every candle, and what every fill
realises is worked out from the orders, so that trips can be computed again from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

HOUR = pd.Timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Told:
    """The equity at one moment.

    Attributes
    ----------
    pnl_ratio
        Of the trade that closed; None where a candle began or a part of a position was sold.
    is_mark
        Whether it is the beginning of a candle.
    worst
        At a mark, with every position at the worst price of the candle before, or at the mark.
    """

    at: datetime
    equity: float
    pnl_ratio: float | None
    is_mark: bool
    worst: float


@dataclass(slots=True)
class Position:
    """One trade between its first and its last fill."""

    pair: str
    sign: int
    fee: float
    amount: float = 0.0
    cost: float = 0.0
    funding: float = 0.0

    def buy(self, amount: float, price: float) -> None:
        """Take on more, at a price that the fee makes worse."""
        self.cost += amount * price * (1 + self.sign * self.fee)
        self.amount += amount

    def sell(self, amount: float, price: float) -> float:
        """Give a part back; what that realises, with all funding so far."""
        cost = self.cost * amount / self.amount
        profit = self.sign * (amount * price * (1 - self.sign * self.fee) - cost) + self.funding
        self.cost -= cost
        self.amount -= amount
        self.funding = 0.0
        return profit

    def worth(self, price: float) -> float:
        """What giving all of it back at a price would realise."""
        return self.sign * (self.amount * price * (1 - self.sign * self.fee) - self.cost) + self.funding


@dataclass(frozen=True, slots=True)
class Fill:
    """One fill of a trade, the trades numbered in the order of the export."""

    trade: int
    pair: str
    at: pd.Timestamp
    amount: float
    price: float
    is_entry: bool
    is_first: bool
    is_last: bool
    at_the_end: bool


def told_again(
    trades: pd.DataFrame,
    candles: Mapping[str, pd.DataFrame],
    *,
    start: float = 10_000.0,
    candle: pd.Timedelta = HOUR,
    funding: Mapping[str, pd.Series] | None = None,
) -> Iterator[Told]:
    """Give the equity at each candle's beginning and after each fill that realises something.

    Parameters
    ----------
    trades
        As Freqtrade exports them: orders with their fills, fees, sides.
    candles
        By pair, in the order of the whitelist, without gaps.
    start
        Equity before the first trade.
    candle
        The strategy's timeframe.
    funding
        By pair, what a unit pays at the moments of funding (rate × mark); a short position receives it.
        A moment's funding is booked when Freqtrade comes to the pair in that candle: after its beginning.

    Notes
    -----
    Freqtrade's first loop is one candle after the start. Within a candle it goes through pairs with open
    trades first, in the order in which those were opened, then through the whitelist; of a pair, a new
    trade comes before the exits. What is open at the end is sold last of all.
    """
    account = _Account(trades, candles, start, candle, funding or {})
    fills = sorted(_fills(trades), key=lambda fill: fill.at)
    within, at_the_end = [f for f in fills if not f.at_the_end], [f for f in fills if f.at_the_end]
    for date in account.dates:
        yield account.mark(date)
        moments = {fill.at for fill in within if date <= fill.at < date + candle} | {date}
        for moment in sorted(moments):
            yield from account.go_through([fill for fill in within if fill.at == moment], moment)
    for pair in candles:
        for fill in at_the_end:
            if fill.pair == pair:
                yield account.sell(fill)


class _Account:
    def __init__(
        self,
        trades: pd.DataFrame,
        candles: Mapping[str, pd.DataFrame],
        start: float,
        candle: pd.Timedelta,
        funding: Mapping[str, pd.Series],
    ) -> None:
        self._trades = trades
        self._candles = {pair: frame.set_index("date") for pair, frame in candles.items()}
        self.dates = next(iter(self._candles.values())).index[1:]
        self._candle = candle
        self._funding = funding
        self._realised = start
        self._positions: dict[int, Position] = {}
        self._opens: dict[str, float] = {}

    def mark(self, date: pd.Timestamp) -> Told:
        self._opens = {pair: float(frame.loc[date, "open"]) for pair, frame in self._candles.items()}
        worst = self._realised
        for position in self._positions.values():
            price, ended = self._opens[position.pair], self._candles[position.pair].loc[date - self._candle]
            extreme = min(price, ended["low"]) if position.sign > 0 else max(price, ended["high"])
            worst += position.worth(float(extreme))
        return Told(date.to_pydatetime(), self._equity(), None, True, worst)

    def go_through(self, fills: list[Fill], moment: pd.Timestamp) -> Iterator[Told]:
        turns = dict.fromkeys([*(p.pair for p in self._positions.values()), *self._candles])
        for pair in turns:
            of_pair = sorted((f for f in fills if f.pair == pair), key=lambda fill: not fill.is_first)
            self._book_funding(pair, moment)
            for fill in of_pair:
                if fill.is_entry:
                    self._enter(fill)
                else:
                    yield self.sell(fill)

    def sell(self, fill: Fill) -> Told:
        row = self._trades.iloc[fill.trade]
        self._realised += self._positions[fill.trade].sell(fill.amount, fill.price)
        if fill.is_last:
            del self._positions[fill.trade]
        ratio = float(row["profit_ratio"]) if fill.is_last else None
        return Told(fill.at.to_pydatetime(), self._equity(), ratio, False, self._equity())

    def _enter(self, fill: Fill) -> None:
        row = self._trades.iloc[fill.trade]
        if fill.trade not in self._positions:
            sign = -1 if row["is_short"] else 1
            self._positions[fill.trade] = Position(fill.pair, sign, float(row["fee_open"]))
        self._positions[fill.trade].buy(fill.amount, fill.price)
        if fill.is_first:
            self._book_funding(fill.pair, fill.at, only=fill.trade)

    def _book_funding(self, pair: str, moment: pd.Timestamp, only: int | None = None) -> None:
        rates = self._funding.get(pair)
        if rates is None or moment not in rates.index:
            return
        for number, position in self._positions.items():
            if position.pair == pair and only in (None, number):
                position.funding -= position.sign * position.amount * float(rates[moment])

    def _equity(self) -> float:
        return self._realised + sum(p.worth(self._opens[p.pair]) for p in self._positions.values())


def _fills(trades: pd.DataFrame) -> Iterator[Fill]:
    for number, row in enumerate(trades.itertuples()):
        orders = row.orders
        for place, order in enumerate(orders):
            yield Fill(
                trade=number,
                pair=row.pair,
                at=pd.Timestamp(order["order_filled_timestamp"], unit="ms", tz="UTC"),
                amount=order["amount"],
                price=order["safe_price"],
                is_entry=order["ft_is_entry"],
                is_first=place == 0,
                is_last=place == len(orders) - 1,
                at_the_end=not order["ft_is_entry"] and order["ft_order_tag"] == "force_exit",
            )
