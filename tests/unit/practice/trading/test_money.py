"""Money is conserved: over any sequence of orders, time and transfers, everything adds up."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from freqtrade_riskkit.practice.book import BookShape
from freqtrade_riskkit.practice.trading.fees import FeeSchedule
from freqtrade_riskkit.practice.trading.filters import Rules
from freqtrade_riskkit.practice.trading.order_lists import classic_list, place_list
from freqtrade_riskkit.practice.trading.records import OrderRequest, OrderType, Side, TimeInForce, Transfer
from freqtrade_riskkit.practice.trading.refusal import Refusal
from tests.support.trading_floor import Hall, discrepancies

SIDES = st.sampled_from(list(Side))
TYPES = st.sampled_from(list(OrderType))
IN_FORCE = st.sampled_from(list(TimeInForce))
SYMBOLS = st.sampled_from(["BTCUSDT", "BNBUSDT"])
NAMES = st.sampled_from(["main", "mirror"])
AMOUNTS = st.integers(1, 4000).map(lambda n: Decimal(n) / 100)
DISTANCES = st.integers(-80, 80).map(lambda n: 1 + Decimal(n) / 1000)
WALKS = st.lists(st.integers(70_00, 140_00).map(lambda n: n / 100), min_size=8, max_size=8)
LIMITED = {OrderType.LIMIT, OrderType.LIMIT_MAKER, OrderType.STOP_LOSS_LIMIT, OrderType.TAKE_PROFIT_LIMIT}
FORCED = LIMITED - {OrderType.LIMIT_MAKER}
STOPPED = set(OrderType) - {OrderType.MARKET, OrderType.LIMIT, OrderType.LIMIT_MAKER}


class MoneyMachine(RuleBasedStateMachine):
    """Any orders in two pairs and two accounts, with fees in BNB or not, slips and hanging fills."""

    @initialize(btc=WALKS, bnb=WALKS, in_bnb=st.booleans(), spread=st.sampled_from(["0", "0.001"]))
    def open(self, btc: list[float], bnb: list[float], in_bnb: bool, spread: str) -> None:
        self.hall = Hall(
            {"BTC/USDT": btc, "BNB/USDT": bnb},
            {"main": {"USDT": "5000", "BTC": "30", "BNB": "1"}, "mirror": {"USDT": "700.123"}},
            fees=FeeSchedule(Decimal("0.00075"), Decimal("0.00133"), in_bnb),
            shape=BookShape(spread=Decimal(spread), level_value=Decimal(300)),
            rules=Rules(max_algo_orders=4),
        )

    @rule(
        name=NAMES,
        symbol=SYMBOLS,
        side=SIDES,
        kind=TYPES,
        amount=AMOUNTS,
        limit=DISTANCES,
        stop=DISTANCES,
        in_force=IN_FORCE,
        by_value=st.booleans(),
        share=st.sampled_from(["1", "1", "0.37"]),
    )
    def place(
        self,
        name: str,
        symbol: str,
        side: Side,
        kind: OrderType,
        amount: Decimal,
        limit: Decimal,
        stop: Decimal,
        in_force: TimeInForce,
        by_value: bool,
        share: str,
    ) -> None:
        floor = self.hall.floor
        price = floor.market.price(symbol)
        over_value = kind is OrderType.MARKET and by_value
        request = OrderRequest(
            symbol,
            side,
            kind,
            amount=None if over_value else amount,
            quote_amount=amount * 37 if over_value else None,
            price=self._near(price, limit) if kind in LIMITED else None,
            stop_price=self._near(price, stop) if kind in STOPPED else None,
            time_in_force=in_force if kind in FORCED else None,
        )
        before = {n: dict(a.balances) for n, a in floor.accounts.items()}
        try:
            floor.place(floor.accounts[name], request, Decimal(share))
        except Refusal as refusal:
            assert refusal.code in (-1013, -2010)
            assert before == {n: dict(a.balances) for n, a in floor.accounts.items()}

    @rule(name=NAMES, side=SIDES, amount=AMOUNTS, limit=DISTANCES, stop=DISTANCES, as_market=st.booleans())
    def place_list(
        self, name: str, side: Side, amount: Decimal, limit: Decimal, stop: Decimal, as_market: bool
    ) -> None:
        floor = self.hall.floor
        price = floor.market.price("BTCUSDT")
        kind = OrderType.STOP_LOSS if as_market else OrderType.STOP_LOSS_LIMIT
        first = OrderRequest("BTCUSDT", side, OrderType.LIMIT_MAKER, amount, price=self._near(price, limit))
        second = OrderRequest(
            "BTCUSDT",
            side,
            kind,
            amount,
            price=None if as_market else self._near(price, stop),
            stop_price=self._near(price, stop),
            time_in_force=None if as_market else TimeInForce.GTC,
        )
        try:
            place_list(floor, floor.accounts[name], classic_list(first, second))
        except Refusal as refusal:
            assert refusal.code in (-1013, -2010)

    @rule(name=NAMES, which=st.integers(0, 9))
    def cancel(self, name: str, which: int) -> None:
        account = self.hall.floor.accounts[name]
        found = account.open_orders()
        if found:
            self.hall.floor.cancel(account, found[which % len(found)])

    @rule(seconds=st.floats(0, 15))
    def wait(self, seconds: float) -> None:
        self.hall.after(seconds)

    @rule(name=NAMES, asset=st.sampled_from(["USDT", "BTC", "BNB"]), cents=st.integers(-90_000, 90_000))
    def transfer(self, name: str, asset: str, cents: int) -> None:
        floor = self.hall.floor
        amount = Decimal(cents) / 100
        transfer = Transfer(floor.numbers.next_transfer(), name, asset, amount, floor.settled_ms)
        try:
            floor.accounts[name].transfer(transfer)
        except Refusal as refusal:
            assert refusal.code == -4026
            assert amount < 0

    @rule(slip=st.sampled_from(["0", "0.002"]))
    def slip(self, slip: str) -> None:
        self.hall.floor.matching.slip = Decimal(slip)

    @invariant()
    def everything_adds_up(self) -> None:
        if hasattr(self, "hall"):
            assert discrepancies(self.hall.floor) == []

    def _near(self, price: Decimal, factor: Decimal) -> Decimal:
        return (price * factor).quantize(Decimal("0.01"))


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
