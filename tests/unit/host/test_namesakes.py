"""A bot tells of another bot that records under its account's name, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from freqtrade_riskkit.core.equity import EquitySample
from freqtrade_riskkit.host.bot_ledger import BotLedger, ledger_of
from freqtrade_riskkit.host.bot_state import STATE_NAME
from freqtrade_riskkit.host.namesakes import LOOKED_EVERY, Namesakes
from freqtrade_riskkit.ledger import AccountLedger, open_ledger

URL = "sqlite:///riskkit.sqlite"
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Watched:
    """A bot that watches, what its user was told, and other databases of its account."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.now = START
        self.ledger: BotLedger = ledger_of(
            URL, folder, "main", lambda: "own", denies=True, alert=self.told.append
        )
        self.namesakes = Namesakes(self.ledger, "main", self.told.append)

    def other(self, fingerprint: str = "other") -> AccountLedger:
        return open_ledger(URL, self.folder, "main", fingerprint, START)

    def look(self, after: timedelta = LOOKED_EVERY) -> list[str]:
        """Let time pass, look, and give all that was told so far."""
        self.now += after
        self.namesakes.look(self.now)
        return self.told


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    yield made
    made.ledger.close()


def record(other: AccountLedger, at: datetime) -> None:
    other.add_equity([EquitySample(at, 1000.0, 1000.0, 0.0, 1000.0, None)])


def test_look_when_another_bot_goes_on_recording_then_told_once_with_the_fix(bot: Watched) -> None:
    """Its clock may be years behind, and it may begin to record only now."""
    other = bot.other()
    assert bot.look() == []
    record(other, datetime(2020, 1, 1, tzinfo=UTC))
    (told,) = bot.look()
    assert told == (
        "ACCOUNT_SHARED: another bot with a database of its own keeps records as account main, too "
        "(generation 1; this bot's is 2). Give each bot its own name, riskkit.account_id or bot_name in its "
        "config, and start it again"
    )
    other.save_state(STATE_NAME, "{}", START)
    assert len(bot.look()) == 1
    third = bot.other("third")
    bot.look()
    third.save_state(STATE_NAME, "{}", START)
    assert "(generation 3; this bot's is 2)" in bot.look()[1]
    for ledger in (other, third):
        ledger.close()


def test_look_when_the_database_was_begun_anew_a_moment_ago_then_nothing(bot: Watched) -> None:
    other = bot.other()
    record(other, START)
    other.save_state(STATE_NAME, "{}", START)
    other.close()
    for _ in range(5):
        assert bot.look() == []


def test_look_when_it_is_not_time_yet_or_the_ledger_is_away_then_later(bot: Watched) -> None:
    other = bot.other()
    bot.look()
    record(other, START)
    assert bot.look(LOOKED_EVERY / 2) == []
    bot.ledger.close()
    file, away = bot.folder / "riskkit.sqlite", bot.folder / "away"
    other.close()
    file.rename(away)
    file.mkdir()
    assert bot.look() == []
    assert not bot.ledger.answers
    file.rmdir()
    away.rename(file)
    assert len(bot.look(timedelta(seconds=1))) == 1


def test_look_when_the_ledger_is_another_file_then_what_was_seen_counts_no_more(bot: Watched) -> None:
    other = bot.other()
    bot.look()
    record(other, START)
    other.close()
    bot.namesakes.begin_anew()
    assert bot.look(timedelta(seconds=1)) == []
