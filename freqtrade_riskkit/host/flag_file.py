"""The flag file: while it lies in user_data the breaker is tripped, whatever else answers or doesn't."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from freqtrade_riskkit.host.reasons import printable

PATIENCE = timedelta(seconds=60)
"""How long what was seen last is believed while the folder can't be looked into."""
_MOST_BYTES = 4096

logger = logging.getLogger("freqtrade_riskkit.hand")


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag file that counts.

    Attributes
    ----------
    reason
        Its first line, or why it counts although it can't be seen; printable, may be empty.
    is_seen
        False where nobody can tell whether it is there.
    """

    reason: str
    is_seen: bool


class FlagFile:
    """Looks for the flag file once each loop.

    Anything of that name counts, a folder or a dangling link too. Where the folder can't be looked into,
    what was seen last holds for `PATIENCE`; after that, and where nothing was seen yet, the file counts as
    present, until a look succeeds. Entries are then denied, and nothing is cancelled or sold for it.

    Parameters
    ----------
    path
        Where the file would be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: Flag | None = None
        self._was_seen = False
        self._failing_since: datetime | None = None

    def look(self, now: datetime) -> Flag | None:
        """Give the flag; None where there is none."""
        try:
            self._seen = _read(self.path)
        except OSError as error:
            return self._unseen(error, now)
        self._was_seen = True
        self._failing_since = None
        return self._seen

    def remove(self) -> str | None:
        """Take the file away; give why it can't be, None where it is gone."""
        try:
            lower_flag(self.path)
        except FlagKept as error:
            return str(error)
        except OSError as error:
            return _why(error)
        return None

    def _unseen(self, error: OSError, now: datetime) -> Flag | None:
        if self._failing_since is None:
            logger.warning("%s can't be looked for: %s", self.path, _why(error))
        self._failing_since = min(self._failing_since or now, now)
        if self._was_seen and now - self._failing_since < PATIENCE:
            return self._seen
        return Flag(f"nobody can tell whether it is there: {_why(error)}", is_seen=False)


def raise_flag(path: Path, reason: str) -> bool:
    """Write the flag file; False where something of that name is there already.

    Raises
    ------
    OSError
        Where it can't be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{printable(reason)}\n")
    except FileExistsError:
        return False
    return True


class FlagKept(Exception):
    """What lies there may be more than a flag: only a person can say that it may go."""


def lower_flag(path: Path) -> bool:
    """Remove the flag file; False where there is none.

    Only an empty or a small plain text file goes: whatever else has that name may matter to somebody.

    Raises
    ------
    FlagKept
        Where it is something else.
    OSError
        Where it can't be looked at, or can't be removed.
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise FlagKept("it is no plain file, remove it yourself")
        if found.st_size > _MOST_BYTES:
            raise FlagKept(f"it holds {found.st_size} bytes, more than a reason; remove it yourself")
        if found.st_size and b"\0" in _begin_of(path):
            raise FlagKept("it holds data and no text, remove it yourself")
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _begin_of(path: Path) -> bytes:
    """Read the beginning of a plain file; no link is followed, and no pipe waited for."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(opened, "rb") as file:
        return file.read(_MOST_BYTES)


def _read(path: Path) -> Flag | None:
    """Look for the file, and read the first line of a plain one.

    Links aren't followed and pipes not opened: neither another file's text nor a wait may come of it.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        path.parent.stat()
        return None
    if not stat.S_ISREG(mode):
        return Flag("", is_seen=True)
    try:
        text = _begin_of(path).decode("utf-8-sig", errors="replace")
    except OSError as error:
        return Flag(f"its text can't be read: {_why(error)}", is_seen=True)
    return Flag(printable(text), is_seen=True)


def _why(error: OSError) -> str:
    return printable(error.strerror or type(error).__name__)
