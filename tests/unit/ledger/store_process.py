"""A process of its own that uses the store; tests start it, and kill it.

``open URL FOLDER ACCOUNT FINGERPRINT``: says ready, waits for a line, opens, says its generation.
``write URL FOLDER ACCOUNT FINGERPRINT``: saves state 1, 2, 3 and so on, and a decision with each, and says
each number once it is kept, until it is killed.
"""

from __future__ import annotations

import itertools
import sys
from datetime import UTC, datetime, timedelta

from freqtrade_riskkit.ledger import open_ledger

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def run(task: str, url: str, folder: str, account_id: str, fingerprint: str) -> None:
    if task == "open":
        say("ready")
        sys.stdin.readline()
    ledger = open_ledger(url, folder, account_id, fingerprint, NOW, lock_timeout_seconds=30)
    if task == "open":
        say(ledger.generation)
        ledger.close()
        return
    for number in itertools.count(1):
        at = NOW + timedelta(seconds=number)
        ledger.save_state("breaker", f"{number}:" + "x" * 20_000, at)
        ledger.add_decision("trip", "MANUAL_TRIP", at, str(number), "{}")
        say(number)


if __name__ == "__main__":
    run(*sys.argv[1:])
