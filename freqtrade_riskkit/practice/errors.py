"""What the practice exchange says when it is set up wrongly."""

from __future__ import annotations


class PracticeError(ValueError):
    """A practice exchange can't be set up or started as asked.

    The message is one line for a person: it names the file or the option, what is wrong with it, and
    what would be right.
    """
