"""The real bot as a process: its files, its start, its end."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.live.ports import HOST, ReservedPort
from tests.live.preloaded import CAN_FORK, Forked, preloaded
from tests.live.rest import USERNAME, BotRest
from tests.live.waiting import DEADLINE_SECONDS, wait_for
from tests.support.command import clean_environment
from tests.support.riskkit_command import riskkit
from tests.support.workspace import Workspace

LOG_COLUMNS = "10000"
"""So wide that the bot's log breaks no line."""
BASE = {
    "initial_state": "running",
    "max_open_trades": 10,
    "internals": {"process_throttle_secs": 1},
    "force_entry_enable": True,
    "order_types": {"entry": "market", "exit": "market", "stoploss": "market", "stoploss_on_exchange": False},
}
DRY_RUN = {"dry_run": True, "fee": 0.0}
LIVE = {"dry_run": False}
STOPS_ON_EXCHANGE = {
    "order_types": {
        "entry": "market",
        "exit": "market",
        "stoploss": "limit",
        "stoploss_on_exchange": True,
        "stoploss_on_exchange_interval": 5,
        "stoploss_on_exchange_limit_ratio": 0.99,
    }
}
"""Part of a live bot's config: its stops lie on the exchange, re-placed while they trail after 5 s."""


class BotEnded(AssertionError):
    """The bot ended while a test still needed it."""


class Bot:
    """A `freqtrade trade` of its own folder, database and port; made, but not started yet.

    Parameters
    ----------
    folder
        Where its files go: config, user_data, database, log.
    overlay
        The config part that points it at the practice exchange.
    source
        Of its strategy, the last class of the text.
    pairs
        Its whitelist.
    config, riskkit
        Overrides of the config; the kit's section.
    live
        Trade with the account of the overlay; else in dry-run, without fees.
    """

    def __init__(
        self,
        folder: Path,
        overlay: Mapping[str, Any],
        source: str,
        pairs: Iterable[str],
        config: Mapping[str, Any] | None = None,
        riskkit: Mapping[str, Any] | None = None,
        live: bool = False,
    ) -> None:
        self.live = live
        self.files = Workspace(folder, overlay)
        self.database = folder / "trades.sqlite"
        self.ledger = self.files.user_data / "riskkit.sqlite"
        self.log_file = folder / "bot.log"
        self._port = ReservedPort()
        self._password = secrets.token_urlsafe(16)
        self.rest = BotRest(f"http://{HOST}:{self.port}", self._password)
        self._pairs = list(pairs)
        self._overrides = dict(config or {})
        self._strategy = self.files.write_strategies(source)[-1]
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self._version = 0
        self.hold()
        self.configure(riskkit)

    @property
    def port(self) -> int:
        """The port of its REST interface."""
        return self._port.number

    def configure(self, riskkit: Mapping[str, Any] | None) -> None:
        """Write the config anew with another `riskkit` section; it acts from the next start or reload on."""
        base = {
            **BASE,
            **(LIVE if self.live else DRY_RUN),
            "db_url": f"sqlite:///{self.database}",
            "api_server": {
                "enabled": True,
                "listen_ip_address": HOST,
                "listen_port": self.port,
                "verbosity": "error",
                "username": USERNAME,
                "password": self._password,
                "jwt_secret_key": secrets.token_hex(32),
                "CORS_origins": [],
            },
        }
        overrides = {**base, **self._overrides}
        self.files.write_config(pairs=self._pairs, timeframe="1m", riskkit=riskkit, overrides=overrides)

    def start(self, **environment: str) -> None:
        """Start the process and wait until it answers by REST."""
        self.spawn(**environment)
        wait_for("the bot's REST interface", self.rest.answers, watch=self._must_run)

    def spawn(self, **environment: str) -> subprocess.Popen[bytes] | Forked:
        """Start the process without waiting for anything.

        One that needs something of its own in the environment takes the long way.
        """
        if self.is_running:
            raise RuntimeError("the bot runs already")
        files = self.files
        seen = files.user_data / "seen.json"
        seen.unlink(missing_ok=True)
        arguments = ["trade", "--strategy", self._strategy]
        arguments += ["--config", str(files.config_file), "--userdir", str(files.user_data)]
        if CAN_FORK and not environment:
            self._process = preloaded(COLUMNS=LOG_COLUMNS).run(arguments, files.root, self.log_file)
            return self._process
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "freqtrade", *arguments],
                cwd=files.root,
                env=clean_environment({"COLUMNS": LOG_COLUMNS, **environment}),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._process

    def reload(self, riskkit: Mapping[str, Any] | None) -> None:
        """Change the kit's section of a running puppet, let it reload, and wait for its first loop."""
        self.configure(riskkit)
        born = self.seen()["born"]
        self.rest.reload_config()
        self.when("the strategy to be loaded anew", lambda seen: seen["born"] != born)
        self.wait_for("the bot's REST interface", self.rest.answers)

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End the process at once (SIGKILL), and everything it started; nothing where it ended already."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask the process to end (SIGTERM) and give its exit code."""
        return self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Kill it without a word of warning and start it again."""
        self.kill()
        self.start()

    def dismiss(self) -> None:
        """Kill it and give its port back; it can't be started again."""
        self.kill()
        self._port.give_back()

    def wait_for_exit(self) -> int:
        """Wait until the process ends by itself and give its exit code."""
        if self._process is None:
            raise RuntimeError("the bot was never started")
        return self._process.wait(DEADLINE_SECONDS)

    def wait_for(self, what: str, look: Callable[[], Any], seconds: float = DEADLINE_SECONDS) -> Any:
        """Wait as `tests.live.waiting.wait_for` does, and fail at once where the bot ends."""
        return wait_for(what, look, seconds=seconds, watch=self._must_run)

    def hold(
        self,
        enter: Iterable[str] | Mapping[str, str | None] = (),
        exit: Iterable[str] = (),
        limit: Mapping[str, float] | None = None,
        confidence: Mapping[str, float] | None = None,
        adjust: Mapping[str, float] | None = None,
    ) -> None:
        """Tell a puppet strategy what to do from its next loop on, in place of what it did before.

        Parameters
        ----------
        enter, exit
            Pairs with an entry or an exit signal in every loop; a mapping of entries gives their tags.
        limit
            Prices of limit entries by pair; elsewhere Freqtrade's proposal.
        confidence
            The column `confidence` by pair, NaN elsewhere; None leaves the column out.
        adjust
            Stakes to add to open positions, or to take out of them, where the config enables that.
        """
        self._version += 1
        hand = {
            "version": self._version,
            "enter": dict(enter) if isinstance(enter, Mapping) else dict.fromkeys(enter),
            "exit": list(exit),
            "limit": dict(limit or {}),
            "confidence": None if confidence is None else dict(confidence),
            "adjust": dict(adjust or {}),
        }
        self.files.user_data.mkdir(parents=True, exist_ok=True)
        fresh = self.files.user_data / "hand.json.new"
        fresh.write_text(json.dumps(hand), encoding="utf-8")
        fresh.replace(self.files.user_data / "hand.json")

    def seen(self) -> dict[str, Any]:
        """Give what a puppet strategy wrote of its session at the beginning of its last loop."""
        file = self.files.user_data / "seen.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"loops": 0, "hand": 0}

    def loops(self, count: int = 2) -> dict[str, Any]:
        """Wait until so many whole loops ran with the newest `hold`; give what was seen then.

        The second loop to begin has seen all that the first one did.
        """
        self.wait_for("the strategy to take its new orders", lambda: self.seen()["hand"] == self._version)
        begun = self.seen()["loops"]
        return self.wait_for(
            f"{count} more loops",
            lambda: seen if (seen := self.seen())["loops"] >= begun + count else None,
        )

    def when(self, what: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until what a puppet strategy sees fulfils a condition, and give it."""

        def look() -> dict[str, Any] | None:
            seen = self.seen()
            return seen if seen["loops"] and holds(seen) else None

        return self.wait_for(what, look)

    def command(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `riskkit` on this bot's config and user_data; its exit code isn't looked at."""
        where = ("--config", self.files.config_file, "--userdir", self.files.user_data)
        return riskkit(*words, *where, cwd=self.files.root, env=environment)

    def flag(self, name: str = "riskkit.halt") -> Path:
        """Give the place of a file in user_data by which a person tells the kit something.

        Write it and take it away with `Path.touch`, `Path.write_text` and `Path.unlink`.
        """
        return self.files.user_data / name

    def open_pairs(self) -> set[str]:
        """Give the pairs of the open trades."""
        return {trade["pair"] for trade in self.rest.open_trades()}

    def log(self) -> str:
        """Give the whole log, of all starts."""
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    def lines(self, pattern: str) -> list[str]:
        """Give the lines of the log that a regular expression is found in."""
        return [line for line in self.log().splitlines() if re.search(pattern, line)]

    def _must_run(self) -> None:
        if not self.is_running:
            code = self._process.returncode if self._process is not None else None
            raise BotEnded(f"the bot ended with exit code {code}")

    def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            os.killpg(process.pid, number)
        return process.wait(DEADLINE_SECONDS)
