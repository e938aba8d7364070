"""What only Freqtrade's log tells of errors: exceptions that it handles by writing a line.

Freqtrade writes most of these lines while it handles the exception, which is therefore at hand: its class
says more than the text. The lines of its retries are not read, nor what a bot doesn't write from its own
loop.
"""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from freqtrade_riskkit.core.breaker.errors import ErrorKind
from freqtrade_riskkit.host import error_kinds
from freqtrade_riskkit.host.error_watch import ErrorWatch

logger = logging.getLogger("freqtrade_riskkit.watch")

_WRAPPER = "freqtrade.strategy.strategy_wrapper"
_STRATEGY = "freqtrade.strategy.interface"
_BOT = "freqtrade.freqtradebot"
_EXCHANGE = "freqtrade.exchange.exchange"
LOGGERS = (_WRAPPER, _STRATEGY, _BOT, _EXCHANGE)

_UNREAD_ANALYSIS = "Unable to analyze candle (OHLCV) data"
_FAILED_IN_THE_END = (
    "Could not load markets.",
    "Async code raised an exception",
    "Could not update funding fees",
)

_KIT = "freqtrade_riskkit"
_PASS_ON = {f"{_KIT}.{module}" for module in ("mixin", "host.callbacks", "host.gates")}
"""Modules of the kit that a strategy's own callbacks are called through."""


class ErrorLog(logging.Handler):
    """Reads Freqtrade's log for one bot, from `attach` to `detach`.

    Parameters
    ----------
    watch
        Is told what the log tells.
    """

    def __init__(self, watch: ErrorWatch) -> None:
        super().__init__(logging.INFO)
        self._watch = watch

    def attach(self) -> None:
        """Begin to read; once more changes nothing."""
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self)

    def detach(self) -> None:
        """End reading."""
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the watch what a line means; what the bot didn't write itself means nothing."""
        if not self._watch.is_watching:
            return
        try:
            self._read(record, sys.exc_info()[1])
        except Exception as failure:  # what logs a line must not fail for who reads it
            logger.exception("A line of Freqtrade's log could not be read; the next entry is denied.")
            self._watch.not_noted(failure)

    def _read(self, record: logging.LogRecord, error: BaseException | None) -> None:
        if record.name == _WRAPPER:
            self._read_strategy(record, error)
        elif record.name == _STRATEGY:
            if record.getMessage().startswith(_UNREAD_ANALYSIS):
                self._read_strategy(record, error)
        elif record.name == _BOT:
            self._read_bot(error)
        elif record.getMessage().startswith(_FAILED_IN_THE_END):
            self._read_exchange(record.getMessage(), error)

    def _read_strategy(self, record: logging.LogRecord, error: BaseException | None) -> None:
        if error is None:
            self._watch.failed_with_text(ErrorKind.STRATEGY, record.getMessage())
        elif not any(is_of_kit(link.__traceback__) for link in error_kinds.chain(error)):
            self._watch.failed(error_kinds.kind_of_missing_answer(error) or ErrorKind.STRATEGY, error)

    def _read_bot(self, error: BaseException | None) -> None:
        if error is None or not error_kinds.is_of_freqtrade(error):
            return
        kind = error_kinds.kind_of_missing_answer(error)
        if kind is None and error_kinds.lacks_coins(error):
            kind = ErrorKind.FUNDS
        if kind is not None:
            self._watch.failed(kind, error)

    def _read_exchange(self, text: str, error: BaseException | None) -> None:
        if error is not None:
            kind = error_kinds.kind_of_missing_answer(error)
            if kind is not None:
                self._watch.failed(kind, error)
            return
        kind = error_kinds.kind_of_logged_text(text)
        if kind is not None:
            self._watch.failed_with_text(kind, text)


def unread_loggers() -> tuple[str, ...]:
    """Name the loggers whose warnings a config switches off: errors that only they tell are not seen."""
    return tuple(name for name in LOGGERS if not logging.getLogger(name).isEnabledFor(logging.WARNING))


def is_of_kit(traceback: TracebackType | None) -> bool:
    """Say whether an exception comes from the kit's own code, not from what it passes on to a strategy."""
    deepest = None
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        if module.partition(".")[0] == _KIT:
            deepest = module
        traceback = traceback.tb_next
    return deepest is not None and deepest not in _PASS_ON
