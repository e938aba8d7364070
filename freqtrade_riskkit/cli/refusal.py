"""What ends a command for a reason that its user can put right."""

from __future__ import annotations

import typer


class Refused(typer.TyperException):
    """A command can't do what it was asked to: one line that says why and what would help."""

    exit_code = 2

    def format_message(self) -> str:
        """Give the message on one line."""
        return " ".join(self.message.split())
