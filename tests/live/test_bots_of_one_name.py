"""Two bots of one name, one ledger and a database each: every command means the bot of its config."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from freqtrade_riskkit.cli.source_database import read_mark
from freqtrade_riskkit.host.namesakes import LOOKED_EVERY
from freqtrade_riskkit.ledger import AccountLedger, list_accounts, open_recorded
from tests.live.bot import Bot
from tests.live.conftest import PAIRS
from tests.live.fleet import MakeBot
from tests.live.steps import open_positions, wait_for_lock, wait_for_no_lock

NAME = "freqtrade@binance:spot:dry"


def made(make_bot: MakeBot, ledger: Path, **section: Any) -> tuple[Bot, Bot]:
    """Two bots that nobody gave a name."""
    section = {"circuit_breaker": {}, "db_url": f"sqlite:///{ledger}", **section}
    return make_bot(riskkit=section), make_bot(riskkit=section)


def standing(bot: Bot) -> tuple[int, dict[str, Any]]:
    """Give the exit code of `riskkit status`, and what it tells."""
    done = bot.command("status", "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_commands_when_two_bots_have_one_name_then_each_acts_on_the_bot_of_its_config(
    make_bot: MakeBot, tmp_path: Path
) -> None:
    first, second = made(make_bot, tmp_path / "shared.sqlite")
    for bot in (first, second):  # the second one opens the ledger last
        bot.start()
        assert bot.loops(1)["account_id"] == NAME

    done = first.command("trip", "--reason", "stop the first one")
    assert (done.returncode, done.stderr) == (0, "")
    assert ": tripped." in done.stdout
    wait_for_lock(first, "MANUAL_TRIP: by command: stop the first one")
    first.hold(enter=[PAIRS[0]])
    first.loops()
    assert first.open_pairs() == set()
    first.hold()
    second.loops()
    assert second.rest.locks_on_all_pairs() == []
    open_positions(second, PAIRS[0])

    code, told = standing(first)
    assert (code, told["generation"], told["breaker"]) == (1, 1, "open")
    code, told = standing(second)
    assert (code, told["generation"], told["breaker"]) == (0, 2, "closed")

    second.command("trip", "--reason", "and the second")
    lock = wait_for_lock(second, "MANUAL_TRIP: by command: and the second")
    done = first.command("reset")
    assert (done.returncode, done.stderr) == (0, "")
    wait_for_no_lock(first)
    open_positions(first, PAIRS[1])
    second.loops()
    assert second.rest.locks_on_all_pairs() == [lock]
    assert (standing(first)[0], standing(second)[0]) == (0, 1)

    report = json.loads(first.command("report", "--json").stdout)
    assert (report["generation"], report["generations"]) == (1, 2)


def test_bots_when_they_have_one_name_then_each_alerts_once_how_to_tell_them_apart(
    make_bot: MakeBot, tmp_path: Path
) -> None:
    """One after the other, as with a database begun anew, is one bot; two at the same time aren't."""
    first, second = made(make_bot, tmp_path / "shared.sqlite", equity_interval_seconds=1)
    first.start()
    first.loops(1)
    first.kill()
    second.start()
    second.loops(1)
    second.wait_for("its look to be due again", lambda: recorded_for(second) > LOOKED_EVERY)
    second.loops()
    assert second.lines("ACCOUNT_SHARED") == []

    first.start()
    for bot, own, other in ((first, 1, 2), (second, 2, 1)):
        told = (
            rf"WARNING - ACCOUNT_SHARED: another bot .* keeps records as account {NAME}, too "
            rf"\(generation {other}; this bot's is {own}\)\. Give each bot its own name, riskkit\.account_id "
        )
        bot.wait_for("the alert", partial(bot.lines, told))
    for bot in (first, second):
        bot.loops()
        assert len(bot.lines("WARNING - ACCOUNT_SHARED")) == 1
        with closing(records_of(bot)) as ledger:
            assert [alert.code for alert in ledger.alerts()].count("ACCOUNT_SHARED") == 1


def records_of(bot: Bot) -> AccountLedger:
    """Open what the ledger has of a bot's own database."""
    url = json.loads(bot.files.config_file.read_text(encoding="utf-8"))["riskkit"]["db_url"]
    mark = read_mark(f"sqlite:///{bot.database}").fingerprint
    (row,) = [row for row in list_accounts(url, bot.files.user_data) if row.fingerprint == mark]
    return open_recorded(url, bot.files.user_data, row)


def recorded_for(bot: Bot) -> timedelta:
    """Say how long a bot has been recording its equity."""
    with closing(records_of(bot)) as ledger:
        samples = ledger.equity()
    return samples[-1].at - samples[0].at if samples else timedelta(0)
