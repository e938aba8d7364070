"""A bot's REST interface, through Freqtrade's own client."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from freqtrade_client import FtRestClient
from requests.exceptions import RequestException

USERNAME = "tester"

# It warns of every try before the bot listens; what matters is said where waiting ends.
logging.getLogger("ft_rest_client").setLevel(logging.ERROR)


class RestFailed(AssertionError):
    """The bot refused a request, or didn't answer it."""


class BotRest:
    """What tests ask a bot; each answer is the bot's JSON.

    Parameters
    ----------
    url, password
        Where the bot listens, and the password that it was started with.
    """

    def __init__(self, url: str, password: str) -> None:
        self._client = FtRestClient(url, USERNAME, password, timeout=30)

    def answers(self) -> bool:
        """Say whether the bot is there and takes the password."""
        try:
            return "state" in (self._client.show_config() or {})
        except (RequestException, ValueError):
            return False

    def locks(self) -> list[dict[str, Any]]:
        """Give the active locks."""
        return self._checked("locks", self._client.locks())["locks"]

    def locks_on_all_pairs(self) -> list[dict[str, Any]]:
        """Give the active locks that stop every entry."""
        return [lock for lock in self.locks() if lock["pair"] == "*"]

    def delete_lock(self, lock_id: int) -> None:
        """Delete a lock, as a person does."""
        self._checked("delete lock", self._client.delete_lock(lock_id))

    def lock(self, pair: str, until: datetime, reason: str) -> dict[str, Any]:
        """Lock a pair, or all of them with `*`, as a person does; give the lock."""
        answer = self._client.lock_add(pair, f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}", reason=reason)
        locks = self._checked("lock", answer)["locks"]
        return next(lock for lock in locks if (lock["pair"], lock["reason"]) == (pair, reason))

    def pause(self) -> None:
        """Let the bot take no entries, as `/pause` does."""
        self._checked("pause", self._client.stopbuy())

    def resume(self) -> None:
        """Let a paused bot go on, as `/start` does."""
        self._checked("start", self._client.start())

    def open_trades(self) -> list[dict[str, Any]]:
        """Give the open trades; a trade whose entry isn't filled yet is one of them."""
        answer = self._client.status()
        return answer if isinstance(answer, list) else self._checked("status", answer)

    def trades(self) -> list[dict[str, Any]]:
        """Give the closed trades in the order of their ids."""
        return self._checked("trades", self._client.trades())["trades"]

    def cancel_open_order(self, trade_id: int) -> None:
        """Cancel the open order of a trade, as a person does.

        The answer isn't looked at: of a trade that is gone with its only order it is an error.
        """
        self._client.cancel_open_order(trade_id)

    def delete_trade(self, trade_id: int) -> None:
        """Take a trade out of Freqtrade's database."""
        self._checked("delete trade", self._client.delete_trade(trade_id))

    def profit(self) -> dict[str, Any]:
        """Give Freqtrade's summary of the closed and open trades."""
        return self._checked("profit", self._client.profit())

    def used(self, currency: str = "USDT") -> float:
        """Give how much of a currency the wallet says is in use."""
        return self._of_wallet("used", currency)

    def total(self, currency: str = "USDT") -> float:
        """Give how much of a currency the wallet says there is."""
        return self._of_wallet("balance", currency)

    def force_enter(self, pair: str, tag: str | None = None, stake: float | None = None) -> dict[str, Any]:
        """Ask for an entry at the market; the answer has an `error` where it is refused."""
        answer = self._client.forceenter(pair, "long", order_type="market", enter_tag=tag, stake_amount=stake)
        if answer is None:
            raise RestFailed("forceenter: the bot doesn't answer")
        return answer

    def force_exit(self, trade_id: int) -> None:
        """Close a trade at the market."""
        self._checked("forceexit", self._client.forceexit(str(trade_id), ordertype="market"))

    def reload_config(self) -> None:
        """Let the bot read its config files anew."""
        self._checked("reload_config", self._client.reload_config())

    def _of_wallet(self, column: str, currency: str) -> float:
        balance = self._checked("balance", self._client.balance())
        return sum(row[column] for row in balance["currencies"] if row["currency"] == currency)

    def _checked(self, what: str, answer: Any) -> Any:
        if answer is None or "error" in answer or "detail" in answer:
            raise RestFailed(f"{what}: {answer}")
        return answer
