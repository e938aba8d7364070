"""Fixtures for commands that read records."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from freqtrade.persistence import Trade, init_db

from tests.unit.cli.breaker_records import leave_breaker
from tests.unit.cli.records import SECTION, exit_code, write_config


@pytest.fixture
def bare_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of its own, a wide terminal, and no Freqtrade keys in the environment."""
    for name in list(os.environ):
        if name.startswith("FREQTRADE__"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Path]:
    """Write a config with this section; by default one with a breaker."""

    def write(section: Mapping[str, Any] = SECTION, **changes: Any) -> Path:
        return write_config(tmp_path, riskkit=section, **changes)

    return write


@pytest.fixture
def bot(tmp_path: Path) -> Callable[..., None]:
    """Leave what a bot with a breaker leaves that closes trades of these profits."""
    return partial(leave_breaker, tmp_path)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A bot's database, that Freqtrade keeps open meanwhile."""
    file = tmp_path / "trades.sqlite"
    init_db(f"sqlite:///{file}")
    engine = Trade.session.get_bind()
    yield file
    Trade.session.remove()
    engine.dispose()


@pytest.fixture
def answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Ask for JSON, with exit code 0."""

    def ask(*arguments: str | Path) -> Any:
        assert exit_code("report", "-c", write_config(tmp_path), "--json", *arguments) == 0
        return json.loads(capsys.readouterr().out)

    return ask
