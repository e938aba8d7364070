"""Doing a move of prices to the paths."""

from __future__ import annotations

from collections.abc import Mapping

from freqtrade_riskkit.practice.actions import Crash, Freeze, Gap, Move, Recover, Rise, Spike
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.listings import Listing
from freqtrade_riskkit.practice.moved import MovedPath

AnyMove = Crash | Rise | Gap | Spike | Recover | Freeze


def symbol_of(pair: str, listings: Mapping[str, Listing]) -> str:
    """Return the symbol of a listed pair; PracticeError where it isn't listed."""
    for symbol, listing in listings.items():
        if listing.pair == pair:
            return symbol
    raise PracticeError(f"pair {pair!r} isn't listed here; write it as in BTC/USDT")


def make_move(
    paths: Mapping[str, MovedPath], listings: Mapping[str, Listing], move: Move, at_ms: int
) -> None:
    """Move the price of the move's pair, or of all, from a moment on."""
    chosen = paths.values() if move.pair is None else (paths[symbol_of(move.pair, listings)],)
    for path in chosen:
        _move(path, move, at_ms)


def _move(path: MovedPath, move: Move, at_ms: int) -> None:
    factor = path.factor_at(at_ms)
    if isinstance(move, Crash):
        path.move(at_ms, factor * (1 - move.by), _ms(move.within_seconds))
    elif isinstance(move, Rise):
        path.move(at_ms, factor * (1 + move.by), _ms(move.within_seconds))
    elif isinstance(move, Gap):
        path.move(at_ms, factor * (1 + move.by), 1)
    elif isinstance(move, Spike):
        half = _ms(move.within_seconds) // 2
        path.move(at_ms, factor * (1 + move.by), half)
        path.move_on(factor, half)
    elif isinstance(move, Recover):
        path.move(at_ms, 1.0, _ms(move.within_seconds))
    else:
        path.freeze(at_ms, _ms(move.for_seconds))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
