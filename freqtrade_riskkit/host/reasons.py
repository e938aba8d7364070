"""What people write, made fit for a log line, a lock's reason and an alert."""

from __future__ import annotations

MOST = 200
"""Characters that are kept; Freqtrade's column for a lock's reason holds 255, the code included."""


def printable(text: str, most: int = MOST) -> str:
    """Give the first line that says something: printable characters only, single spaces, cut to `most`.

    Line breaks, control and direction characters and lone surrogates could forge log lines or could not be
    stored; they go.

    Examples
    --------
    >>> printable("\\n  exchange \\x1b[31mdown\\t now\\nsecond line")
    'exchange [31mdown now'
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    kept = "".join(letter if letter.isprintable() else " " if letter.isspace() else "" for letter in first)
    return " ".join(kept.split())[:most].rstrip()
