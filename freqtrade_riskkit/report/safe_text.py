"""Names from outside, shown so that they can't pretend to be anything else than text."""

from __future__ import annotations

import unicodedata

from rich.markup import escape

_FORMULA = "=+-@＝＋－＠"
"""What spreadsheets take for the beginning of a formula, in both widths."""


def visible(text: str) -> str:
    r"""Spell out what a terminal would obey instead of showing it: control and format characters.

    Examples
    --------
    >>> visible("main\n\x1b[31mred")
    'main\\n\\x1b[31mred'
    """
    return "".join(_spelled(letter) if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)


def for_console(text: str) -> str:
    r"""Give a text for rich to print word for word: its brackets are no markup.

    Examples
    --------
    >>> for_console("[red]main\x1b[31m")
    '\\[red]main\\x1b[31m'
    """
    return escape(visible(text))


def for_spreadsheet(text: str) -> str:
    """Give a text that a spreadsheet shows and never computes.

    Control characters are spelled out, and a text that begins with ``=``, ``+``, ``-`` or ``@``, after
    blanks or in full width too, gets an apostrophe in front.

    Examples
    --------
    >>> for_spreadsheet("=HYPERLINK(1)")
    "'=HYPERLINK(1)"
    >>> for_spreadsheet("bot-1")
    'bot-1'
    """
    shown = visible(text)
    return f"'{shown}" if shown.lstrip()[:1] in tuple(_FORMULA) else shown


def _spelled(letter: str) -> str:
    return letter if letter == " " else letter.encode("unicode_escape").decode("ascii")
