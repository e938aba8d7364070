"""Where the store is: reads ``riskkit.db_url`` without touching disk or network."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from freqtrade_riskkit.ledger.errors import LedgerUrlInvalid

_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")
_SECRET_OPTIONS = ("password", "sslpassword")
_HIGHEST_PORT = 65_535
_EXAMPLES = "sqlite:///riskkit.sqlite or postgresql://user:password@host/database"


@dataclass(frozen=True, slots=True)
class StorePlace:
    """One store, located but not opened.

    Attributes
    ----------
    url
        What the engine is made from; its own text form hides the password.
    file
        Absolute path of the SQLite file, None for PostgreSQL.
    label
        The store's name in messages and logs; holds no secret.
    """

    url: URL
    file: Path | None
    label: str
    _secrets: tuple[str, ...] = field(repr=False)

    def without_secrets(self, text: str) -> str:
        """Return `text` on one line, with every secret of the URL replaced by ``***``."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return " ".join(text.split())


def locate(db_url: str, base_dir: str | os.PathLike[str]) -> StorePlace:
    """Say which store a URL means.

    Parameters
    ----------
    db_url
        ``sqlite:///file`` (relative to `base_dir`), ``sqlite:////absolute/file``, ``sqlite:///~/file``, or
        ``postgresql://user:password@host:port/database?option=value``. A character of the password that
        has a meaning in a URL is written percent-encoded.
    base_dir
        Folder that a relative SQLite path is taken from (Freqtrade's user_data).

    Raises
    ------
    LedgerUrlInvalid
        Not a URL, another database, an SQLite store in memory or with options, a path that can't be
        followed, no database name, no such port.
    """
    try:
        url = make_url(db_url)
    except (ArgumentError, ValueError):
        # The original text may quote a part of the password, so it isn't shown, nor chained.
        raise LedgerUrlInvalid(f"riskkit.db_url must be a URL such as {_EXAMPLES}") from None
    if url.drivername in _SQLITE:
        return _sqlite_place(url, Path(base_dir))
    if url.drivername in _POSTGRES:
        return _postgres_place(url)
    raise LedgerUrlInvalid(
        f"riskkit.db_url must begin with sqlite:/// or postgresql://, was {url.drivername}://; "
        f"write {_EXAMPLES}"
    )


def _sqlite_place(url: URL, base_dir: Path) -> StorePlace:
    name = url.database or ""
    if not name or name == ":memory:":
        raise LedgerUrlInvalid(
            "riskkit.db_url must name a file, was an SQLite store in memory, which a restart would lose; "
            "write sqlite:///riskkit.sqlite"
        )
    if url.query or url.host or name.startswith("file:"):
        raise LedgerUrlInvalid(
            "riskkit.db_url must be sqlite:/// and a path, with no host, no file: and no ?options; "
            "write sqlite:///riskkit.sqlite, or sqlite://// and an absolute path"
        )
    try:
        file = (base_dir.absolute() / Path(name).expanduser()).resolve()
    except (RuntimeError, ValueError, OSError) as error:
        raise LedgerUrlInvalid(
            f"riskkit.db_url must name a file, but its path can't be followed: {error}; "
            "write sqlite:///riskkit.sqlite"
        ) from None
    exact = url.set(drivername="sqlite+pysqlite", database=str(file))
    return StorePlace(exact, file, f"SQLite file {file}", ())


def _postgres_place(url: URL) -> StorePlace:
    if url.host and "@" in url.host:
        raise LedgerUrlInvalid(
            "riskkit.db_url has more than one @; in a password write @ as %40, : as %3A and / as %2F"
        )
    if url.port is not None and not 0 < url.port <= _HIGHEST_PORT:
        raise LedgerUrlInvalid(f"riskkit.db_url must have a port from 1 to {_HIGHEST_PORT}, was {url.port}")
    if not url.database:
        raise LedgerUrlInvalid(f"riskkit.db_url must name a database, write {_EXAMPLES}")
    secrets = [url.password] if url.password else []
    for option in _SECRET_OPTIONS:
        value = url.query.get(option, ())
        secrets += [value] if isinstance(value, str) else value
    server = ":".join(str(part) for part in (url.host or "local server", url.port) if part is not None)
    label = f"PostgreSQL database {url.database} at {server}"
    return StorePlace(
        url.set(drivername="postgresql+psycopg"), None, label, tuple(sorted(secrets, key=len, reverse=True))
    )
