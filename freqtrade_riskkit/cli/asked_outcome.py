"""What a command that asked a bot for something says at its end."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import typer

from freqtrade_riskkit.cli.asking import Asked, AskedAccount
from freqtrade_riskkit.report.safe_text import visible


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking.

    Attributes
    ----------
    verb
        What was asked for, as in ``Trip`` or ``Reset``.
    account
        Whose bot was asked.
    asked
        The request; None where it couldn't be written.
    wait_seconds
        How long it was waited for.
    flag_file
        What became of the flag file: ``written``, ``there already``, ``removed``; None where nothing did.
    trouble
        Why the request couldn't be written; None where it could.
    """

    verb: str
    account: AskedAccount
    asked: Asked | None
    wait_seconds: float
    flag_file: str | None = None
    trouble: str | None = None

    @property
    def taken_at(self) -> datetime | None:
        """When the bot noticed; None where that isn't known."""
        return self.asked.row.taken_at if self.asked is not None else None

    def tell(self, *, as_json: bool) -> None:
        """Print it, and end the command: 0 where the bot noticed, 1 where that isn't known."""
        print(self.to_json() if as_json else "\n".join(self.lines()))
        if self.taken_at is None:
            raise typer.Exit(1)

    def lines(self) -> list[str]:
        """Give what a person is to read."""
        said = []
        if self.trouble is not None:
            said.append(self.trouble)
        if self.flag_file is not None:
            said.append(f"Flag file {self.account.flag_file}: {self.flag_file}.")
        said.append(self._noticed())
        if self.asked is not None and self.asked.meant.note is not None:
            said.append(f"Note: {visible(self.asked.meant.note)}.")
        if self.account.is_observed:
            said.append("riskkit.mode is observe: the bot records it and denies nothing.")
        return said

    def to_json(self) -> str:
        """Give the same for programs."""
        row = self.asked.row if self.asked is not None else None
        return json.dumps(
            {
                "account_id": self.account.name,
                "generation": self.asked.meant.row.generation if self.asked is not None else None,
                "request": row.number if row is not None else None,
                "rule": row.rule if row is not None else None,
                "asked_at": row.asked_at.isoformat() if row is not None else None,
                "noticed": self.taken_at is not None,
                "taken_at": self.taken_at.isoformat() if self.taken_at is not None else None,
                "answer": row.answer if row is not None else "",
                "flag_file": str(self.account.flag_file) if self.flag_file is not None else None,
                "flag_file_is": self.flag_file,
                "trouble": self.trouble or (self.asked.trouble if self.asked is not None else None),
                "note": self.asked.meant.note if self.asked is not None else None,
                "mode": "observe" if self.account.is_observed else "enforce",
            },
            indent=2,
        )

    def _noticed(self) -> str:
        if self.asked is None:
            return (
                f"{self.verb}: a running bot takes it from the flag file at its next loop; nobody knows yet."
            )
        if self.taken_at is not None:
            at = f"{self.taken_at:%Y-%m-%d %H:%M:%S} UTC"
            return f"{self.verb} noticed by the bot at {at}: {self.asked.row.answer}."
        why = self.asked.trouble or f"no bot answered within {self.wait_seconds:g} s"
        return f"{self.verb} not noticed yet: {why}; it will be taken at the bot's next loop."
