"""What the kit tells arrives in Telegram, whose Markdown refuses a mark that has no partner."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from freqtrade_riskkit.core.decisions import Code
from freqtrade_riskkit.host.alerts import MOST_CHARACTERS, Alerts, for_channels
from freqtrade_riskkit.host.modes import Run

TRIP = "DRAWDOWN_EXCEEDED: limit=0.1500, value=0.1534; breaker tripped, entries denied"
TELEGRAMS_LONGEST = 4096


def shown_by_telegram(text: str) -> str:
    """Read a text as Telegram reads its Markdown (the older kind, which Freqtrade uses): give what is shown.

    Outside of entities a backslash escapes one of the four marks; an entity ends with its own mark and
    knows no escapes.
    """
    shown, at = [], 0
    while at < len(text):
        mark = text[at]
        if mark == "\\" and text[at + 1 : at + 2] in ("_", "*", "`", "["):
            shown.append(text[at + 1])
            at += 2
        elif mark in "_*`[":
            fence = "```" if text.startswith("```", at) else mark
            last = text.find({"[": "]"}.get(fence, fence), at + len(fence))
            if last < 0:
                raise ValueError(f"Can't find end of the entity starting at byte offset {at}")
            shown.append(text[at + len(fence) : last])
            at = last + len(fence)
        else:
            shown.append(mark)
            at += 1
    return "".join(shown)


@pytest.mark.parametrize("code", Code)
def test_message_when_it_begins_with_a_code_then_telegram_shows_it_whole(code: Code) -> None:
    text = f"{code}: limit=5, value=5 (rule=DAILY_LOSS_EXCEEDED, stop_duration)"
    assert shown_by_telegram(for_channels(text)) == text


def test_reader_when_a_mark_has_no_partner_then_it_refuses_as_telegram_does() -> None:
    with pytest.raises(ValueError, match="Can't find end of the entity starting at byte offset 8"):
        shown_by_telegram(TRIP)


@example("``` [x](y) *")
@example("a_b`c_d`")
@given(st.text(alphabet="ab_*`[]()\\ \n:", max_size=60))
def test_message_when_it_holds_any_text_then_telegram_shows_it_whole(text: str) -> None:
    """Of an exception's text, say. A backtick can't be shown inside of code: it becomes an apostrophe."""
    shown = shown_by_telegram(for_channels(text))
    assert shown == text.replace("`", "'")


@given(st.text(alphabet="_ a", min_size=1, max_size=20))
def test_message_when_it_is_too_long_then_its_beginning_is_sent(text: str) -> None:
    sent = for_channels(text * 3000)
    assert len(sent) <= TELEGRAMS_LONGEST
    assert len(shown_by_telegram(sent)) <= MOST_CHARACTERS


def test_alert_when_a_bot_runs_then_its_log_is_plain_and_its_channels_get_it_marked(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sent: list[str] = []
    strategy = SimpleNamespace(dp=SimpleNamespace(send_msg=lambda text, always_send: sent.append(text)))

    with caplog.at_level(logging.WARNING, "freqtrade_riskkit"):
        Alerts(strategy, Run.LIVE).send(TRIP)

    assert [record.message for record in caplog.records] == [TRIP]
    assert sent == [TRIP.replace("DRAWDOWN_EXCEEDED:", "`DRAWDOWN_EXCEEDED:`")]
