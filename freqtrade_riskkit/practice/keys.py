"""Keys of the practice exchange: made at random, and written so that nobody takes them for real ones."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field

KEY_START = "PRACTICEKEY"
SECRET_START = "PRACTICESECRET"  # noqa: S105  only how they begin
LENGTH = 64
"""As long as Binance's."""
_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account's key and secret; neither shows in logs."""

    key: str = field(repr=False)
    secret: str = field(repr=False)


def new_credentials() -> Credentials:
    """Return a key and a secret that nobody had before."""
    return Credentials(_random(KEY_START), _random(SECRET_START))


def new_token() -> str:
    """Return a token for the admin addresses."""
    return _random("PRACTICEADMIN")


def has_key_format(key: str) -> bool:
    """Return whether this is written like a key."""
    return len(key) == LENGTH and key.isascii() and key.isalnum()


def _random(start: str) -> str:
    return start + "".join(secrets.choice(_LETTERS) for _ in range(LENGTH - len(start)))
