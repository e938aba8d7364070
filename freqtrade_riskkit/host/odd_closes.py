"""What a bot does about closed trades that can't be read: entries wait for a person, all else goes on."""

from __future__ import annotations

from datetime import datetime

from freqtrade_riskkit.core.decisions import Code, Decision
from freqtrade_riskkit.host.books import AccountBooks
from freqtrade_riskkit.host.bot_state import Booked, BotState, booked_trades
from freqtrade_riskkit.host.trades import DatabaseTrades
from freqtrade_riskkit.host.translation import utc

_NAMED = 3


class OddCloses:
    """Keeps apart what can't be read, so that it counts once, as soon as it can be.

    Until then its profit isn't known. Where the breaker has it in its memory already, a row that was changed
    later, nothing of the breaker depends on it. Where it hasn't, the trade counts at its cost, as a position
    without a mark does: a higher equity isn't taken meanwhile.

    Parameters
    ----------
    books, trades
        The bot's books, and where they get closed trades from.
    """

    def __init__(self, books: AccountBooks, trades: DatabaseTrades) -> None:
        self._books = books
        self._trades = trades
        self._judged: dict[int, datetime] = {}

    def __bool__(self) -> bool:
        return bool(self._trades.odd)

    def decide(self) -> Decision | None:
        """Deny entries while there are any."""
        return Decision(False, Code.CHECK_FAILED, detail=self._flaws()) if self else None

    def complain(self) -> None:
        """Fail the loop while there are any.

        Raises
        ------
        ValueError
            Saying what is wrong with them.
        """
        if self:
            raise ValueError(self._flaws())

    def unknown_pairs(self) -> tuple[str, ...]:
        """Give the pairs of those whose profit the breaker doesn't know."""
        return tuple(odd.pair for key, odd in self._trades.odd.items() if key not in self._judged)

    def recall(self, state: BotState) -> None:
        """Learn which of them the breaker has in its memory."""
        self._judged = {
            key: odd.entry_at
            for key, odd in self._trades.odd.items()
            if state.is_booked(key, odd.entry_at, odd.exit_at)
        }

    def take_mended(self, *, is_attached: bool) -> bool:
        """Take in what can be read by now; True where nothing is left that can't be.

        As long as the breaker that is to go on isn't attached, it is only put on record: that breaker begins
        with it, or judges it when it comes.
        """
        if not self:
            return False
        for trade in self._trades.look_again():
            is_judged = self._judged.get(trade.id) == utc(trade.open_date)
            self._books.take_mended(trade, is_judged=is_judged or not is_attached)
            self._trades.settle(trade)
        self._judged = {key: at for key, at in self._judged.items() if key in self._trades.odd}
        return not self

    def booked(self) -> Booked:
        """Say which closed trades the breaker has in its memory."""
        known = [(record.trade_id, record.entry_at) for record in self._books.records]
        unbooked = (self._trades.not_taken() | self._books.waiting) - set(self._judged)
        return booked_trades([*known, *self._judged.items()], unbooked)

    def _flaws(self) -> str:
        flaws = [odd.flaw for odd in self._trades.odd.values()]
        more = [f"and {len(flaws) - _NAMED} more"] if len(flaws) > _NAMED else []
        return "; ".join([*flaws[:_NAMED], *more])
