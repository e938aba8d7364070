"""Scenarios: every shipped one can be played, events happen on time, and a broken file is told in a line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from freqtrade_riskkit.practice import FlatPrices, PracticeError, PracticeServer, read_scenario
from freqtrade_riskkit.practice.actions import Action, Crash, Deposit, Freeze, Gap
from freqtrade_riskkit.practice.exchange import Event
from freqtrade_riskkit.practice.scenario import find_scenario, shipped_scenarios
from tests.support.practice_client import AccountClient

FLAT = FlatPrices({"BTC/USDT": 100.0})


@pytest.mark.parametrize("name", list(shipped_scenarios()))
def test_shipped_scenario_when_played_to_its_end_then_every_event_happens(name: str) -> None:
    scenario = read_scenario(find_scenario(name))
    server = PracticeServer(
        scenario.prices, spread=scenario.spread, accounts=scenario.accounts, events=scenario.events
    )
    with server:
        last = scenario.events[-1].after_ms
        server.market.clock.advance(last)
        server.exchange.catch_up()
        seen = AccountClient(server).send(
            "GET", "/practice/status", headers={"X-Practice-Token": server.exchange.admin_token()}
        )

    assert scenario.about
    assert seen.body["accounts"] == ["main", "mirror"]


def test_events_when_nobody_asked_meanwhile_then_each_happened_at_its_own_moment() -> None:
    """A crash by 10 % within 3 minutes that began a minute in: halfway down, 2.5 minutes in."""
    events = (
        Event(60_000, Crash(by=0.1, within_seconds=180)),
        Event(100_000, Deposit(account="main", asset="BTC", amount=Decimal(1))),
    )
    with PracticeServer(FLAT, spread=0, events=events) as server:
        client = AccountClient(server)
        placed = client.order(type="LIMIT", quantity="1", price="97", timeInForce="GTC").body
        server.market.clock.advance(150_000)
        order = client.get("/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"]).body
        (_, deposit) = client.get("/sapi/v1/capital/deposit/hisrec").body[::-1]

        assert float(
            client.send("GET", "/api/v3/ticker/price", "symbol=BTCUSDT").body["price"]
        ) == pytest.approx(95, abs=0.2)
    began = server_start(placed)
    assert order["status"] == "FILLED"
    assert order["updateTime"] - began == pytest.approx(60_000 + 54_000, abs=1500)
    assert deposit["insertTime"] - began == pytest.approx(100_000, abs=1500)


def server_start(placed: dict[str, int]) -> int:
    return placed["transactTime"]


def test_event_when_refused_by_the_exchange_then_the_others_happen_all_the_same() -> None:
    events = (
        Event(0, Deposit(account="main", asset="BTC", amount=Decimal(1))),
        Event(1, Gap(by=-0.5)),
        Event(2, Freeze(for_seconds=60)),
    )
    with PracticeServer(FLAT, events=events) as server:
        server.market.clock.advance(1000)
        server.exchange.catch_up()

        assert server.market.price("BTCUSDT") == 50


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (Gap(by=0.1, pair="NO/USDT"), "pair 'NO/USDT' isn't listed here"),
        (Deposit(account="nobody", asset="BTC", amount=Decimal(1)), "there is no account 'nobody'"),
        (Deposit(account="main", asset="b!", amount=Decimal(1)), "a currency's name must be"),
    ],
)
def test_event_when_it_names_what_is_not_there_then_refused_at_the_start(
    action: Action, message: str
) -> None:
    with pytest.raises(PracticeError, match=message):
        PracticeServer(FLAT, events=[Event(1000, action)]).start()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("about: [", "is not YAML: while parsing"),
        ("- 1", "it: Input should be a valid dictionary"),
        ("about: x\nprice: {}", "price: Extra inputs are not permitted"),
        ("about: x\nprices: {source: magic}", "prices: Input tag 'magic' found using 'source'"),
        ("about: x\nprices: {source: flat, pairs: {BTC: 1}}", "'BTC' is not a pair"),
        ("about: x\nprices: {source: script, file: no.csv}", "no.csv is not a readable script"),
        ("about: x\naccounts: {main: {USDT: -1}}", "account main: USDT must be in [0, "),
        ("about: x\naccounts: {'a b': {USDT: 1}}", "an account's name must be"),
        ("about: x\nfees: {maker: 5}", "the maker fee must be in [0, 0.1], was 5"),
        ("about: x\nevents: [{do: crash, by: 0.1}]", "events.0.at_seconds: Field required"),
        ("about: x\nevents: [{at_seconds: 1, do: crash, by: 9}]", "events.0.crash.by: Input should be less"),
        ("about: x\nevents: [{at_seconds: .nan, do: gap, by: 0.1}]", "events.0.at_seconds: Input should be"),
        ("about: x\nevents: [{at_seconds: 1}]", "events.0.it: Unable to extract tag"),
    ],
)
def test_scenario_when_broken_then_one_line_names_the_key(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(PracticeError) as error:
        read_scenario(file)

    assert str(error.value).startswith(f"{file}")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_scenario_when_there_is_none_then_the_shipped_ones_are_named() -> None:
    with pytest.raises(PracticeError, match="there is no scenario 'doom': give a file, or one of crash, "):
        find_scenario("doom")
