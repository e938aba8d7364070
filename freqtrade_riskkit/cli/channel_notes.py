"""Which of Freqtrade's channels drop the kit's alerts, which are messages of a strategy to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

_ALLOW, _TEMPLATE = "allow_custom_messages", "strategy_msg"
#: A template that passes an alert on, in the form that each channel wants.
_EXAMPLES = {"webhook": '{"text": "{msg}"}', "discord": '[{"Alert": "{msg}"}]'}
_RAW_WEBHOOK = '{"data": "{msg}"}'


def channel_notes(freqtrade: Mapping[str, Any]) -> Iterator[str]:
    """
    Yield one sentence for each channel that is on and would swallow an alert.

    Parameters
    ----------
    freqtrade
        Freqtrade's config with the defaults of its schema, where Telegram allows custom messages.
    """
    for channel in ("telegram", "webhook", "discord"):
        settings = freqtrade.get(channel) or {}
        if not settings.get("enabled"):
            continue
        missing = [] if settings.get(_ALLOW) else [f'"{_ALLOW}": true']
        missing += [] if channel == "telegram" else _template(channel, settings)
        if missing:
            yield f"Channel {channel} drops the kit's alerts: its section needs {' and '.join(missing)}."
        elif channel == "telegram" and settings.get("notification_settings", {}).get(_TEMPLATE) == "off":
            yield f"Channel telegram drops the kit's alerts: notification_settings.{_TEMPLATE} is off."
        elif channel != "telegram" and "{msg" not in json.dumps(settings[_TEMPLATE]):
            yield (
                f"Channel {channel} sends the kit's alerts without their text: {_TEMPLATE} lacks {{msg}} "
                f"(like {_example(channel, settings)})."
            )


def _template(channel: str, settings: Mapping[str, Any]) -> list[str]:
    return [] if settings.get(_TEMPLATE) else [f'"{_TEMPLATE}": {_example(channel, settings)}']


def _example(channel: str, settings: Mapping[str, Any]) -> str:
    return _RAW_WEBHOOK if settings.get("format") == "raw" else _EXAMPLES[channel]
