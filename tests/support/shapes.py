"""Strategies that override Freqtrade's callbacks in every way that a user might, with the mixin on top.

All of them stand in one source, so that one run with ``--strategy-list`` drives them all. Each override
notes its call in ``self.calls``, as (callback, pair or None, time or None, class), and has an effect that
a test can see:

- ``custom_stake_amount`` gives `STAKE`
- ``confirm_trade_entry`` refuses the tag ``no``
- ``adjust_trade_position`` gives `ADDED` at `ADDS_AT` and `REDUCED` at `REDUCES_AT`
- ``bot_start`` sets ``self.started``
"""

from __future__ import annotations

import textwrap

from tests.support.scripted import scripted

STAKE, ADDED, REDUCED = 500.0, 100.0, -200.0
ADDS_AT, REDUCES_AT = 3, 4

_IMPORTS = """\
import functools
from freqtrade_riskkit import RiskKitMixin
"""
_NOTES = """\
position_adjustment_enable = True
started = False

@property
def calls(self):
    return self.__dict__.setdefault("noted_calls", [])

def note(self, callback, pair=None, time=None, by=""):
    self.calls.append((callback, pair, str(time) if time is not None else None, by))
"""
_OVERRIDES = """\
def bot_start(self, **kwargs):
    self.note("bot_start", by="{by}")
    self.started = True
    {super_bot_start}

def bot_loop_start(self, current_time, **kwargs):
    self.note("bot_loop_start", None, current_time, "{by}")
    {super_bot_loop_start}

def confirm_trade_entry(self, pair, order_type, amount, rate, time_in_force, current_time, entry_tag,
                        side, **kwargs):
    self.note("confirm_trade_entry", pair, current_time, "{by}")
    return {super_confirm} and entry_tag != "no"

def custom_stake_amount(self, pair, current_time, current_rate, proposed_stake, min_stake, max_stake,
                        leverage, entry_tag, side, **kwargs):
    self.note("custom_stake_amount", pair, current_time, "{by}")
    return {super_stake}

def adjust_trade_position(self, trade, current_time, current_rate, current_profit, min_stake, max_stake,
                          current_entry_rate, current_exit_rate, current_entry_profit, current_exit_profit,
                          **kwargs):
    self.note("adjust_trade_position", trade.pair, current_time, "{by}")
    {super_adjust}
    return {adjustments}.get(current_time.hour)
"""
_WITHOUT_SUPER = {
    "super_bot_start": "",
    "super_bot_loop_start": "",
    "super_confirm": "True",
    "super_stake": str(STAKE),
    "super_adjust": "",
}
_WITH_SUPER = {
    "super_bot_start": "super().bot_start(**kwargs)",
    "super_bot_loop_start": "super().bot_loop_start(current_time, **kwargs)",
    "super_confirm": """super().confirm_trade_entry(
        pair, order_type, amount, rate, time_in_force, current_time, entry_tag, side, **kwargs)""",
    "super_stake": f"""min({STAKE}, super().custom_stake_amount(
        pair, current_time, current_rate, proposed_stake, min_stake, max_stake, leverage, entry_tag, side,
        **kwargs))""",
    "super_adjust": """super().adjust_trade_position(
        trade, current_time, current_rate, current_profit, min_stake, max_stake, current_entry_rate,
        current_exit_rate, current_entry_profit, current_exit_profit, **kwargs)""",
}
_ON_THE_INSTANCE = """\
def bot_start(self, **kwargs):
    self.note("bot_start", by="OnTheInstance")
    self.started = True
    theirs = Overriding
    for name in ("confirm_trade_entry", "custom_stake_amount", "adjust_trade_position", "bot_loop_start"):
        setattr(self, name, functools.partial(getattr(theirs, name), self))
"""
_AROUND_ITSELF = """\
def bot_start(self, **kwargs):
    self.note("bot_start", by="AroundItself")
    self.started = True
    confirm, stake = self.confirm_trade_entry, self.custom_stake_amount
    self.confirm_trade_entry = lambda **given: confirm(**given) and given["entry_tag"] != "no"
    self.custom_stake_amount = lambda **given: min(500.0, stake(**given))

def adjust_trade_position(self, trade, current_time, **kwargs):
    return {3: 100.0, 4: -200.0}.get(current_time.hour), "noted"
"""
_SET_AT_START = """\
def bot_start(self, **kwargs):
    self.note("bot_start", by="{by}")
    self.started = True
    put_on({owner})
"""
_PUT_ON = """

def put_on(cls):
    for name in ("confirm_trade_entry", "custom_stake_amount", "adjust_trade_position", "bot_loop_start"):
        setattr(cls, name, vars(Overriding)[name])
    cls.bot_start = cls.__dict__.get("bot_start", Overriding.bot_start)
    return cls


class Bare(Plain):
    pass
"""
_UNUSUAL_OBJECTS = """\
bot_start = Overriding.bot_start
bot_loop_start = functools.partialmethod(Overriding.bot_loop_start)
adjust_trade_position = functools.partialmethod(Overriding.adjust_trade_position)
confirm_trade_entry = staticmethod(lambda **given: given["entry_tag"] != "no")
custom_stake_amount = staticmethod(lambda **given: 500.0)
"""

# Shape by name: its bases, and its body or how it calls super().
_SHAPES: dict[str, tuple[str, str]] = {
    "WithoutSuper": ("RiskKitMixin, Plain", "without"),
    "WithSuper": ("RiskKitMixin, Plain", "with"),
    "BeforeTheMixin": ("Overriding, RiskKitMixin", ""),
    "BehindTheMixin": ("RiskKitMixin, Overriding", ""),
    "BehindWithSuper": ("RiskKitMixin, OverridingWithSuper", ""),
    "Diamond": ("NotOverridden, Overriding", ""),
    "DiamondOfBoth": ("WithSuper, Overriding", ""),
    "SubclassOfSubclass": ("WithSuper", "with"),
    "SubclassWithoutSuper": ("WithSuper", "without"),
    "SubclassOfNothing": ("NotOverridden", "with"),
    "OnTheInstance": ("RiskKitMixin, Plain", _ON_THE_INSTANCE),
    "AroundItself": ("RiskKitMixin, Plain", _AROUND_ITSELF),
    "UnusualObjects": ("RiskKitMixin, Plain", _UNUSUAL_OBJECTS),
    "Decorated": ("RiskKitMixin, Plain", ""),
    "SetAtStart": ("RiskKitMixin, Plain", _SET_AT_START.format(by="SetAtStart", owner="type(self)")),
    "BaseSetAtStart": ("RiskKitMixin, Bare", _SET_AT_START.format(by="BaseSetAtStart", owner="Bare")),
}
OVERRIDDEN = tuple(_SHAPES)
"""Shapes whose callbacks have the effects above."""
NOT_OVERRIDDEN = "NotOverridden"
"""The shape with the mixin alone."""
WITHOUT_KIT = "Overriding"
"""The same overrides in a strategy without the mixin."""


def shapes_source() -> str:
    """Write the source with all shapes, the plain strategies they are made of first."""
    source = scripted("Plain", imports=_IMPORTS, body=_NOTES)
    source += _class("Overriding", "Plain", "without")
    source += _class("OverridingWithSuper", "Plain", "with")
    source += _PUT_ON
    source += _class(NOT_OVERRIDDEN, "RiskKitMixin, Plain", "")
    for name, (bases, body) in _SHAPES.items():
        made = _class(name, bases, body)
        source += made.replace("class", "@put_on\nclass", 1) if name == "Decorated" else made
    return source


def _class(name: str, bases: str, body: str) -> str:
    if body in ("with", "without"):
        supers = _WITH_SUPER if body == "with" else _WITHOUT_SUPER
        adjustments = {ADDS_AT: ADDED, REDUCES_AT: REDUCED}
        body = _OVERRIDES.format(by=name, adjustments=adjustments, **supers)
    return f"\n\nclass {name}({bases}):\n" + textwrap.indent(body or "pass", "    ") + "\n"
