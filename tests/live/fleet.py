"""Bots of one test: made on demand, and ended with it, come what may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.live.bot import Bot
from tests.live.ports import listens

MakeBot = Callable[..., Bot]


@contextmanager
def fleet(
    folder: Path,
    overlay: Mapping[str, Any],
    source: str,
    pairs: tuple[str, ...],
    bots: list[Bot],
    **defaults: Any,
) -> Iterator[MakeBot]:
    """Give a function that makes bots; at the end each is killed, and its port is free again.

    Parameters
    ----------
    folder
        Each bot gets a folder of its own in it.
    overlay, source, pairs
        What a bot has where its maker says nothing else.
    bots
        Each bot made is added.
    defaults
        Of `Bot`'s other options.
    """

    def make(source: str = source, **options: Any) -> Bot:
        options = {"overlay": overlay, "pairs": pairs, **defaults, **options}
        bot = Bot(folder / f"bot{len(bots) + 1}", source=source, **options)
        bots.append(bot)
        cleanup.callback(_end, bot)
        return bot

    with ExitStack() as cleanup:
        yield make


def _end(bot: Bot) -> None:
    bot.dismiss()
    assert not bot.is_running
    assert not listens(bot.port), f"port {bot.port} is still in use"
