"""`riskkit practice`: the practice exchange as a command."""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from freqtrade_riskkit.practice import (
    CandleFolder,
    PracticeError,
    PracticeServer,
    PriceSource,
    ScriptedPrices,
    config_overlay,
)
from freqtrade_riskkit.practice.server import HIGHEST_PORT, loopback_address

DEFAULT_PORT = 8087
LOOK_AFTER_SECONDS = 1.0


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
    script: Annotated[
        Path | None,
        typer.Option(
            help="CSV of pair,offset_seconds,open,high,low,close,volume; offsets count from the start."
        ),
    ] = None,
    spread: Annotated[
        float,
        typer.Option(
            help="Distance from best bid to best ask as a fraction of the price (0.0002 is 0.02 %)."
        ),
    ] = 0.0002,
    print_config: Annotated[
        bool, typer.Option("--print-config", help="Print the config for Freqtrade's second -c, and exit.")
    ] = False,
) -> None:
    """Serve a practice exchange on this machine: Binance's spot REST interface, with no real money in it.

    Without --shift or --script it stands still at the end of the last candle, which is what backtests need.
    A bot in dry-run needs --shift or --script.
    """
    try:
        if print_config:
            print(json.dumps(_overlay(host, port), indent=4))
            return
        prices = _price_source(candles, shift, script)
        _serve_until_told(PracticeServer(prices, port=port, host=host, spread=spread))
    except PracticeError as error:
        print(f"riskkit practice: {error}", file=sys.stderr)
        raise typer.Exit(2) from error


def _overlay(host: str, port: int) -> dict[str, object]:
    if not 0 < port <= HIGHEST_PORT:
        raise PracticeError(f"--print-config needs the port that the exchange will listen on, was {port}")
    return config_overlay(f"http://{loopback_address(host)}:{port}")


def _price_source(candles: Path | None, shift: bool, script: Path | None) -> PriceSource:
    if script is None:
        return CandleFolder(candles, shift=shift)
    if candles is not None or shift:
        raise PracticeError("--script brings its own prices: give it without --candles and --shift")
    return ScriptedPrices(script)


def _serve_until_told(server: PracticeServer) -> None:
    """Serve until SIGINT or SIGTERM; the signals' former handlers are put back."""
    told = threading.Event()

    def tell(number: int, frame: FrameType | None) -> None:
        told.set()

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    former = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            _print_banner(server)
            while not told.wait(LOOK_AFTER_SECONDS):
                if not server.is_running:
                    raise PracticeError("the practice exchange stopped by itself; its log says why")
        print("Practice exchange stopped.", flush=True)
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _print_banner(server: PracticeServer) -> None:
    print(
        "PRACTICE EXCHANGE. This is no real exchange: no orders reach a market, no real money is in it.\n"
        f"It listens on {server.url} and lists {len(server.market.listings)} pairs.\n"
        "Config for Freqtrade's second -c: "
        f"riskkit practice --port {server.port} --print-config > practice.json\n"
        "Stop it with Ctrl-C.",
        flush=True,
    )
