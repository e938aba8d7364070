"""The flag file: what counts as one, what is read of it, and what holds where nobody can look."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.host.flag_file import PATIENCE, Flag, FlagFile, lower_flag, raise_flag

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "riskkit.halt"


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[OSError]]:
    """While it holds an error, no file can be looked for."""
    errors: list[OSError] = []
    look = Path.lstat

    def lstat(self: Path) -> os.stat_result:
        if errors:
            raise errors[0]
        return look(self)

    monkeypatch.setattr(Path, "lstat", lstat)
    yield errors


def test_flag_when_the_file_comes_and_goes_then_seen_each_time(path: Path) -> None:
    flag = FlagFile(path)
    assert flag.look(NOW) is None
    assert raise_flag(path, "news at ten")
    assert flag.look(NOW) == Flag("news at ten", is_seen=True)
    assert flag.remove() is None
    assert flag.look(NOW) is None
    assert flag.remove() is None


def test_flag_when_raised_again_then_the_first_reason_stays(path: Path) -> None:
    assert raise_flag(path, "first\nline two")
    assert not raise_flag(path, "second")
    assert FlagFile(path).look(NOW) == Flag("first", is_seen=True)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", ""),
        (b"\n\n  spread\ttoo wide  \nmore", "spread too wide"),
        (b"\xef\xbb\xbfwith a mark", "with a mark"),
        (b"\x1b[2Jforged\r\nlog line", "[2Jforged"),
        (b"x" * 10_000, "x" * 200),
        (b"\xff\xfe\x00", "\N{REPLACEMENT CHARACTER}" * 2),
        ("right\u202eleft\u2028next".encode(), "rightleft"),
    ],
)
def test_reason_when_the_file_holds_anything_then_one_short_printable_line(
    path: Path, content: bytes, reason: str
) -> None:
    path.write_bytes(content)
    assert FlagFile(path).look(NOW) == Flag(reason, is_seen=True)


def test_flag_when_the_name_is_a_folder_a_pipe_or_a_link_then_it_counts_unread(
    path: Path, tmp_path: Path
) -> None:
    """A pipe would block the bot, and a link could carry another file's text into an alert."""
    secret = tmp_path / "secret"
    secret.write_text("key=1")
    for make in (path.mkdir, lambda: os.mkfifo(path), lambda: path.symlink_to(secret)):
        make()
        assert FlagFile(path).look(NOW) == Flag("", is_seen=True)
        path.rmdir() if path.is_dir() else path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    assert FlagFile(path).look(NOW) == Flag("", is_seen=True)


def test_flag_when_its_text_can_not_be_read_then_it_counts_and_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("reason")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert FlagFile(path).look(NOW) == Flag("its text can't be read: Permission denied", is_seen=True)


def test_flag_when_the_folder_can_not_be_looked_into_then_the_last_look_holds_for_a_while(
    path: Path, trouble: list[OSError], caplog: pytest.LogCaptureFixture
) -> None:
    flag = FlagFile(path)
    assert flag.look(NOW) is None
    trouble.append(OSError(5, "Input/output error"))
    unseen = Flag("nobody can tell whether it is there: Input/output error", is_seen=False)
    assert flag.look(NOW) is None
    assert flag.look(NOW + PATIENCE - timedelta(seconds=1)) is None
    assert flag.look(NOW + PATIENCE) == unseen
    assert len(caplog.records) == 1
    trouble.clear()
    assert flag.look(NOW + PATIENCE) is None
    trouble.append(OSError(5, "Input/output error"))
    assert flag.look(NOW + PATIENCE) is None


def test_flag_when_it_was_there_and_can_not_be_seen_any_more_then_it_holds(
    path: Path, trouble: list[OSError]
) -> None:
    raise_flag(path, "news")
    flag = FlagFile(path)
    flag.look(NOW)
    trouble.append(PermissionError(13, "Permission denied"))
    assert flag.look(NOW) == Flag("news", is_seen=True)
    assert flag.look(NOW + PATIENCE) is not None


def test_flag_when_nothing_was_seen_yet_then_trouble_counts_at_once(
    path: Path, trouble: list[OSError]
) -> None:
    trouble.append(PermissionError(13, "Permission denied"))
    flag = FlagFile(path).look(NOW)
    assert flag is not None
    assert not flag.is_seen


def test_flag_when_the_clock_is_put_back_then_patience_ends_all_the_same(
    path: Path, trouble: list[OSError]
) -> None:
    flag = FlagFile(path)
    flag.look(NOW)
    trouble.append(OSError(5, "Input/output error"))
    flag.look(NOW)
    flag.look(NOW - timedelta(hours=1))
    assert flag.look(NOW - timedelta(hours=1) + PATIENCE) is not None


def test_flag_when_its_folder_is_gone_then_nobody_can_tell(tmp_path: Path) -> None:
    flag = FlagFile(tmp_path / "gone" / "riskkit.halt").look(NOW)
    assert flag is not None
    assert not flag.is_seen


@pytest.mark.parametrize("content", [b"", b"news\n", "Bären\n".encode("latin-1"), b"x" * 4096])
def test_remove_when_it_is_empty_or_a_small_text_then_gone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert FlagFile(path).remove() is None
    assert not path.exists()
    assert not lower_flag(path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"SQLite format 3\x00" + b"\x10\x00\x02" * 100, "it holds data and no text, remove it yourself"),
        (b"x" * 4097, "it holds 4097 bytes, more than a reason; remove it yourself"),
    ],
)
def test_remove_when_it_may_be_more_than_a_flag_then_kept_and_says_why(
    path: Path, content: bytes, why: str
) -> None:
    """The name is the user's choice: it may be that of the bot's database."""
    path.write_bytes(content)
    assert FlagFile(path).remove() == why
    assert path.read_bytes() == content


def test_remove_when_it_is_no_plain_file_then_kept_and_says_why(path: Path, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("news")
    for make in (path.mkdir, lambda: os.mkfifo(path), lambda: path.symlink_to(text)):
        make()
        assert FlagFile(path).remove() == "it is no plain file, remove it yourself"
        path.rmdir() if path.is_dir() else path.unlink()
    assert text.exists()


def test_remove_when_it_is_not_possible_then_says_why(path: Path, trouble: list[OSError]) -> None:
    path.write_text("news")
    trouble.append(OSError(13, "Permission denied"))
    assert FlagFile(path).remove() == "Permission denied"
    trouble.clear()
    assert path.exists()
