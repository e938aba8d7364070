"""The piece of Freqtrade config that sends a bot to the practice exchange instead of the real one."""

from __future__ import annotations

from typing import Any

from freqtrade_riskkit.practice.keys import Credentials

SPOT_ROOT = "/api/v3"

_API_ROOTS = {
    "public": SPOT_ROOT,
    "private": SPOT_ROOT,
    "v1": SPOT_ROOT,
    "sapi": "/sapi/v1",
    "sapiV2": "/sapi/v2",
    "sapiV3": "/sapi/v3",
    "sapiV4": "/sapi/v4",
    "fapiPublic": "/fapi/v1",
    "fapiPublicV2": "/fapi/v2",
    "fapiPublicV3": "/fapi/v3",
    "fapiPrivate": "/fapi/v1",
    "fapiPrivateV2": "/fapi/v2",
    "fapiPrivateV3": "/fapi/v3",
    "fapiData": "/futures/data",
    "dapiPublic": "/dapi/v1",
    "dapiPrivate": "/dapi/v1",
    "dapiPrivateV2": "/dapi/v2",
    "dapiData": "/futures/data",
    "eapiPublic": "/eapi/v1",
    "eapiPrivate": "/eapi/v1",
    "papi": "/papi/v1",
    "papiV2": "/papi/v2",
}
"""Every address that ccxt knows of Binance, by its name there: none of them may lead outside."""


def config_overlay(
    url: str, credentials: Credentials | None = None, speed: float = 1.0, account: str | None = None
) -> dict[str, Any]:
    """Return the config overlay for an exchange at `url` (without a slash at its end).

    It is meant for Freqtrade's last `-c`: the `exchange` section, without a pair list, and a `bot_name` by
    which nobody takes the bot for one with real money: the practice account's, where one is named. It serves
    spot as well as futures. With an account's credentials a bot can trade live on it, in spot.
    Where the exchange's time runs at another speed than 1, requests may be older and ccxt asks for the time.
    """
    hurried = {} if speed == 1 else {"adjustForTimeDifference": True, "recvWindow": 60_000}
    signed = {} if credentials is None else {"key": credentials.key, "secret": credentials.secret}
    return {
        "bot_name": "practice" if account is None else f"practice-{account}",
        "exchange": {
            "name": "binance",
            **signed,
            "enable_ws": False,
            "only_from_ccxt": True,
            "ccxt_config": {
                "enableRateLimit": False,
                "urls": {"api": {name: url + root for name, root in _API_ROOTS.items()}},
                "options": {
                    "fetchMarkets": {"types": ["spot", "linear"]},
                    "fetchCurrencies": False,
                    "fetchMargins": False,
                    **hurried,
                },
            },
        },
    }
