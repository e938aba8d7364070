"""Trading rules of listed pairs."""

from __future__ import annotations

from decimal import Decimal

import pytest

from freqtrade_riskkit.practice.api.exchange_info import SPOT_ORDER_TYPES, spot_info, swap_info
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import STANDARD_LISTINGS, listing_for
from freqtrade_riskkit.practice.trading.filters import Rules

BTC = STANDARD_LISTINGS[0]


def test_standard_pairs_when_counted_then_at_least_ten_in_usdt() -> None:
    assert len({entry.pair for entry in STANDARD_LISTINGS}) >= 10
    assert {entry.quote for entry in STANDARD_LISTINGS} == {"USDT"}


def test_standard_pair_when_priced_then_it_keeps_its_rules() -> None:
    assert listing_for("BTC/USDT", 30_000, Decimal("0.01")) is BTC
    assert listing_for("BTC/USDT", 30_000, Decimal(1)) is BTC
    assert listing_for("BTC/USDT", 30_000, None) is BTC


def test_standard_pair_when_prices_are_written_finer_then_its_tick_is_finer() -> None:
    assert listing_for("BTC/USDT", 30_000, Decimal("0.0001")).tick == Decimal("0.0001")


@pytest.mark.parametrize(
    ("price", "tick", "step"),
    [
        (95_000, "0.1", "0.000001"),
        (100, "0.001", "0.0001"),
        (2.5, "0.00001", "0.01"),
        (0.0000123, "0.00000001", "1"),
    ],
)
def test_other_pair_when_priced_then_rules_fit_its_price(price: float, tick: str, step: str) -> None:
    listing = listing_for("NEW/USDT", price, None)

    assert (listing.tick, listing.step) == (Decimal(tick), Decimal(step))
    assert listing.step * Decimal(price) <= Decimal("0.1")


def test_other_pair_when_quoted_in_bitcoin_then_its_smallest_order_is_small_too() -> None:
    assert listing_for("ETH/BTC", 0.05, None).min_notional == Decimal("0.0001")


@pytest.mark.parametrize("pair", ["BTCUSDT", "btc/usdt", "BTC/", "/USDT", "BTC/USDT:USDT", "BTC /USDT", ""])
def test_other_pair_when_misspelled_then_refused(pair: str) -> None:
    with pytest.raises(PracticeError, match="is not a pair"):
        listing_for(pair, 1.0, None)


def test_spot_info_when_made_then_it_holds_what_a_bot_reads() -> None:
    entry = spot_info([BTC], Rules(max_algo_orders=7))["symbols"][0]
    filters = {kind["filterType"]: kind for kind in entry["filters"]}

    assert (entry["symbol"], entry["baseAsset"], entry["quoteAsset"]) == ("BTCUSDT", "BTC", "USDT")
    assert entry["orderTypes"] == list(SPOT_ORDER_TYPES)
    assert entry["permissionSets"] == [["SPOT"]]
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == filters["LOT_SIZE"]["minQty"] == "0.00001000"
    assert filters["NOTIONAL"]["minNotional"] == "5.00000000"
    assert filters["MAX_NUM_ALGO_ORDERS"]["maxNumAlgoOrders"] == 7
    assert {"MARKET_LOT_SIZE", "MAX_NUM_ORDERS", "PERCENT_PRICE_BY_SIDE"} <= set(filters)


def test_swap_info_when_made_then_it_has_the_swaps_rules() -> None:
    swap = BTC.as_swap()
    assert swap is not None

    (entry,) = swap_info([swap])["symbols"]
    filters = {kind["filterType"]: kind for kind in entry["filters"]}
    assert (entry["symbol"], entry["contractType"], entry["marginAsset"]) == ("BTCUSDT", "PERPETUAL", "USDT")
    assert (entry["pricePrecision"], entry["quantityPrecision"]) == (1, 3)
    assert (filters["PRICE_FILTER"]["tickSize"], filters["LOT_SIZE"]["stepSize"]) == ("0.10", "0.001")
    assert filters["MIN_NOTIONAL"]["notional"] == "100"


def test_swap_when_the_pair_has_none_then_none() -> None:
    assert listing_for("ETH/BTC", 0.05, None).as_swap() is None
