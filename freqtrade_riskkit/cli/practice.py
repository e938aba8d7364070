"""`riskkit practice`: the practice exchange as a command."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from freqtrade_riskkit.cli.refusal import Refused
from freqtrade_riskkit.practice import (
    AccountSpec,
    CandleFolder,
    Event,
    PracticeError,
    PracticeServer,
    PriceSource,
    ScriptedPrices,
    config_overlay,
    read_scenario,
)
from freqtrade_riskkit.practice.accounts import STANDARD_ACCOUNTS
from freqtrade_riskkit.practice.clock import PracticeClock
from freqtrade_riskkit.practice.scenario import find_scenario
from freqtrade_riskkit.practice.server import HIGHEST_PORT, loopback_address
from freqtrade_riskkit.practice.state.store import Store

DEFAULT_PORT = 8087
DEFAULT_SPREAD = 0.0002
LOOK_AFTER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is played: by a scenario, or by options."""

    prices: PriceSource
    spread: float
    accounts: tuple[AccountSpec, ...] = STANDARD_ACCOUNTS
    max_algo_orders: int = 5
    events: tuple[Event, ...] = ()


def practice(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = DEFAULT_PORT,
    host: Annotated[
        str, typer.Option(help="Loopback address to listen on; no other is taken.")
    ] = "127.0.0.1",
    candles: Annotated[
        Path | None,
        typer.Option(help="Folder with Freqtrade candle files (feather); by default the shipped ones."),
    ] = None,
    shift: Annotated[
        bool,
        typer.Option("--shift", help="Move the candles so that the last one is now, and let time go on."),
    ] = False,
    hold_opens: Annotated[
        bool,
        typer.Option("--hold-opens", help="Let a pair cost its candle's open until the candle is over."),
    ] = False,
    script: Annotated[
        Path | None,
        typer.Option(
            help="CSV of pair,offset_seconds,open,high,low,close,volume; offsets count from the start."
        ),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(help="A shipped scenario's name, such as crash, or a YAML file.")
    ] = None,
    spread: Annotated[
        float | None,
        typer.Option(
            help="Distance from best bid to best ask as a fraction of the price (0.0002 is 0.02 %)."
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option(help="Exchange seconds per second; the bot's clock has to go as fast.")
    ] = 1.0,
    state: Annotated[
        Path | None,
        typer.Option(
            help="File for accounts, orders and keys; by default one per port in your state folder."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the accounts and orders of the last run.")
    ] = False,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print the config for Freqtrade's last -c, and exit.")
    ] = False,
    account: Annotated[
        str | None, typer.Option(help="Whose key --print-config prints; by default the first account's.")
    ] = None,
    print_token: Annotated[
        bool, typer.Option("--print-token", help="Print the token of the admin addresses, and exit.")
    ] = False,
    print_faketime: Annotated[
        bool,
        typer.Option("--print-faketime", help="Print FAKETIME for a bot at the exchange's speed, and exit."),
    ] = False,
) -> None:
    """Serve a practice exchange on this machine: Binance's spot REST interface, with no real money in it.

    Without --shift, --script or --scenario it stands still at the end of the last candle, which is what
    backtests need. A bot in dry-run or live needs one of them.
    """
    try:
        if print_faketime:
            print(_faketime(state if state is not None else _usual_state(port)))
            return
        setting = _setting(candles, shift, hold_opens, script, scenario, spread)
        place = state if state is not None else _usual_state(port)
        if print_config:
            print(json.dumps(_overlay(host, port, place, setting.accounts, account, speed), indent=4))
        elif print_token:
            print(_token(place))
        else:
            server = PracticeServer(
                setting.prices,
                port=port,
                host=host,
                spread=setting.spread,
                max_algo_orders=setting.max_algo_orders,
                accounts=setting.accounts,
                state=place,
                resume=resume,
                speed=speed,
                events=setting.events,
            )
            _serve_until_told(server, state)
    except PracticeError as error:
        raise Refused(str(error)) from error


def _setting(
    candles: Path | None,
    shift: bool,
    hold_opens: bool,
    script: Path | None,
    scenario: str | None,
    spread: float | None,
) -> _Setting:
    if scenario is not None:
        if candles is not None or shift or hold_opens or script is not None:
            raise PracticeError("--scenario brings its own prices: give it without other price options")
        read = read_scenario(find_scenario(scenario))
        chosen = read.spread if spread is None else spread
        return _Setting(read.prices, chosen, read.accounts, read.max_algo_orders, read.events)
    chosen = DEFAULT_SPREAD if spread is None else spread
    if script is None:
        return _Setting(CandleFolder(candles, shift=shift, hold_opens=hold_opens), chosen)
    if candles is not None or shift or hold_opens:
        raise PracticeError("--script brings its own prices: give it without --candles and --shift")
    return _Setting(ScriptedPrices(script), chosen)


def _usual_state(port: int) -> Path | None:
    """Return the state file of a port; None for port 0, of which nothing is kept."""
    if port == 0:
        return None
    home = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(home) / "freqtrade-riskkit" / f"practice-{port}.sqlite"


def _overlay(
    host: str,
    port: int,
    state: Path | None,
    accounts: tuple[AccountSpec, ...],
    account: str | None,
    speed: float,
) -> dict[str, object]:
    if not 0 < port <= HIGHEST_PORT:
        raise PracticeError(f"--print-config needs the port that the exchange will listen on, was {port}")
    names = [spec.name for spec in accounts]
    name = names[0] if account is None else account
    if name not in names:
        raise PracticeError(f"there is no account {name!r}; there are {', '.join(names)}")
    url = f"http://{loopback_address(host)}:{port}"
    with closing(Store(state)) as store:
        return config_overlay(url, store.credentials(name), speed, name)


def _token(state: Path | None) -> str:
    if state is None:
        raise PracticeError("--print-token needs --state or the port that the exchange listens on")
    with closing(Store(state)) as store:
        return store.admin_token()


def _faketime(state: Path | None) -> str:
    """Return what libfaketime has to be told for a process that begins now."""
    if state is None or not state.exists():
        raise PracticeError(
            "--print-faketime needs the state of a running exchange: its --state or its --port"
        )
    with closing(Store(state)) as store:
        run = store.run()
    if run is None:
        raise PracticeError(f"no exchange has begun on {state} yet")
    clock = PracticeClock(run.exchange_ms, float(run.speed), machine_start_ms=run.machine_ms)
    return clock.faketime()


def _serve_until_told(server: PracticeServer, state: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; the signals' former handlers are put back."""
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    former = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            _print_banner(server, "" if state is None else f" --state {state}")
            while not told.wait(LOOK_AFTER_SECONDS):
                if not server.is_running:
                    raise PracticeError("the practice exchange stopped by itself; its log says why")
        print("Practice exchange stopped.", flush=True)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _print_banner(server: PracticeServer, state_option: str) -> None:
    print(
        "PRACTICE EXCHANGE. This is no real exchange: no orders reach a market, no real money is in it.\n"
        f"It listens on {server.url} and lists {len(server.market.listings)} pairs.\n"
        "Config for Freqtrade's last -c: "
        f"riskkit practice --port {server.port}{state_option} --print-config > practice.json\n"
        "Stop it with Ctrl-C.",
        flush=True,
    )
