"""The form in which a trade record is stored, and the digest by which two are compared."""

from __future__ import annotations

import hashlib
import math
from struct import pack

from freqtrade_riskkit.core.records import Side, TradeRecord
from freqtrade_riskkit.ledger.errors import RecordRefused
from freqtrade_riskkit.ledger.inputs import aware, escaped, finite, whole

_NUMBERS = "<qq12d"
_LARGEST_COUNT = 2**31 - 1


def stored_form(record: TradeRecord) -> TradeRecord:
    """Return the record as it comes back from the store.

    Times are UTC. NUL and lone surrogates in pair, tag and reason are spelled out, see
    `freqtrade_riskkit.ledger.inputs.escaped`. Numbers come back exactly, −0.0 as 0.0.

    Raises
    ------
    RecordRefused
        A number is infinite or not a number, a time has no time zone, an id or count is out of range,
        a value is of another type. The message names the trade.
    """
    slippage = record.realised_slippage
    try:
        form = TradeRecord(
            record.account_id,
            whole("trade_id", record.trade_id),
            escaped(record.pair),
            Side(record.side),
            float(record.entry_rate) + 0.0,  # −0.0 becomes 0.0: SQLite doesn't keep its sign
            float(record.exit_rate) + 0.0,
            float(record.amount) + 0.0,
            float(record.stake) + 0.0,
            float(record.gross_pnl) + 0.0,
            float(record.pnl_ratio) + 0.0,
            float(record.fees) + 0.0,
            float(record.net_pnl) + 0.0,
            aware("entry_at", record.entry_at),
            aware("exit_at", record.exit_at),
            None if record.enter_tag is None else escaped(record.enter_tag),
            None if record.exit_reason is None else escaped(record.exit_reason),
            float(record.leverage) + 0.0,
            whole("fills", record.fills, _LARGEST_COUNT),
            None if slippage is None else float(slippage) + 0.0,
        )
        # A sum is finite only where every part is: one look instead of ten, for nearly every trade.
        if not math.isfinite(sum(form[4:12]) + form.leverage + (form.realised_slippage or 0.0)):
            _refuse_infinite(form)
    except (TypeError, ValueError) as error:
        raise RecordRefused(f"trade {record.trade_id} ({escaped(str(record.pair))})", str(error)) from error
    return form


def trade_digest(record: TradeRecord) -> str:
    """Return the hash of a record as it is stored: 32 hexadecimal digits.

    Two records have the same one if, and for all practical purposes only if, everything in them is equal
    once stored, the account too. Compare it with `AccountLedger.trade_digests`.

    Raises
    ------
    RecordRefused
        See `stored_form`.
    """
    return digest_of_form(stored_form(record))


def digest_of_form(form: TradeRecord) -> str:
    """Return the hash of a record that has its stored form already."""
    slippage = form.realised_slippage
    numbers = pack(
        _NUMBERS,
        form.trade_id,
        form.fills,
        *form[4:12],
        form.entry_at.timestamp(),  # tells microseconds apart until the year 2242
        form.exit_at.timestamp(),
        form.leverage,
        math.nan if slippage is None else slippage,
    )
    # No stored text holds a NUL, so it parts them; the = tells an empty text from none.
    texts = "\0".join(
        (
            form.account_id,
            form.pair,
            form.side.value,
            "" if form.enter_tag is None else f"={form.enter_tag}",
            "" if form.exit_reason is None else f"={form.exit_reason}",
        )
    )
    return hashlib.sha256(numbers + texts.encode()).hexdigest()[:32]


def _refuse_infinite(form: TradeRecord) -> None:
    """Name the number that isn't finite; there is none where only the sum was too large."""
    numbers = {name: value for name, value in form._asdict().items() if isinstance(value, float)}
    for name, value in numbers.items():
        finite(name, value)
