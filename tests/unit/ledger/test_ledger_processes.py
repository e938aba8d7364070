"""Several processes at one store, and processes that die in the middle."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from freqtrade_riskkit.ledger import AccountLedger, list_accounts

Open = Callable[..., AccountLedger]
SCRIPT = Path(__file__).with_name("store_process.py")


@contextmanager
def store_process(
    task: str, url: str, folder: Path, account_id: str, fingerprint: str
) -> Iterator[Popen[str]]:
    process = Popen(
        [sys.executable, str(SCRIPT), task, url, str(folder), account_id, fingerprint],
        stdin=PIPE,
        stdout=PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_open_when_several_bots_start_at_once_on_no_store_then_all_open_and_none_shares_a_generation(
    store_url: str, tmp_path: Path
) -> None:
    starts = [("shared", "f1"), ("shared", "f2"), ("shared", "f3"), ("shared", "f3"), ("own", "f1")]
    with (
        store_process("open", store_url, tmp_path, *starts[0]) as a,
        store_process("open", store_url, tmp_path, *starts[1]) as b,
        store_process("open", store_url, tmp_path, *starts[2]) as c,
        store_process("open", store_url, tmp_path, *starts[3]) as d,
        store_process("open", store_url, tmp_path, *starts[4]) as e,
    ):
        bots = [a, b, c, d, e]
        assert [bot.stdout.readline() for bot in bots if bot.stdout] == ["ready\n"] * 5
        for bot in bots:
            assert bot.stdin is not None
            bot.stdin.write("go\n")
            bot.stdin.flush()
        generations = [int(bot.stdout.readline()) for bot in bots if bot.stdout]
        assert [bot.wait() for bot in bots] == [0] * 5
    assert sorted(generations[:3]) == [1, 2, 3]
    assert generations[3] == generations[2]
    assert generations[4] == 1
    rows = [(row.account_id, row.generation) for row in list_accounts(store_url, tmp_path)]
    assert rows == [("own", 1), ("shared", 1), ("shared", 2), ("shared", 3)]


@pytest.mark.parametrize("after", [1, 2, 7])
def test_save_state_when_the_process_is_killed_then_the_last_one_kept_is_read(
    store_url: str, tmp_path: Path, open_account: Open, after: int
) -> None:
    with store_process("write", store_url, tmp_path, "main", "f1") as bot:
        assert bot.stdout is not None
        for _ in range(after):
            bot.stdout.readline()
        bot.kill()
        rest = bot.stdout.read().split()
    kept = int(rest[-1]) if rest else after
    ledger = open_account(store_url)
    assert ledger.generation == 1
    body = ledger.load_state("breaker")
    assert body is not None
    number, _, filling = body.partition(":")
    assert int(number) in (kept, kept + 1)
    assert filling == "x" * 20_000
    newest = [int(row.text) for row in ledger.decisions(limit=10_000)]
    assert newest == list(range(newest[0], 0, -1))
    assert newest[0] in (kept, kept + 1)


def test_add_decision_when_two_processes_record_at_once_then_every_row_has_a_number_of_its_own(
    store_url: str, tmp_path: Path, open_account: Open
) -> None:
    ledger = open_account(store_url)
    with store_process("write", store_url, tmp_path, "main", "f1") as bot:
        assert bot.stdout is not None
        bot.stdout.readline()
        for number in range(30):
            ledger.add_decision("reset", "MANUAL_TRIP", ledger.decisions(limit=1)[0].at, f"{number}", "{}")
    numbers = sorted(row.number for row in ledger.decisions(limit=100_000))
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(ledger.decisions("reset")) == 30
