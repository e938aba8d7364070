"""Scenarios: prices, accounts and a course of events, written down in a YAML file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from freqtrade_riskkit.practice.accounts import STANDARD_ACCOUNTS, AccountSpec, checked_accounts
from freqtrade_riskkit.practice.actions import LONGEST_SECONDS, one_line, parse_action
from freqtrade_riskkit.practice.candle_folder import CandleFolder
from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.exchange import Event
from freqtrade_riskkit.practice.random_walk import RandomWalkPrices
from freqtrade_riskkit.practice.script import ScriptedPrices
from freqtrade_riskkit.practice.sources import FlatPrices, PriceSource
from freqtrade_riskkit.practice.trading.fees import FeeSchedule


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Flat(_Part):
    source: Literal["flat"]
    pairs: dict[str, float] = {}


class _RandomWalk(_Part):
    source: Literal["random_walk"]
    seed: Annotated[int, Field(ge=0)] = 0
    pairs: list[str] | None = None
    days: Annotated[int, Field(ge=1, le=60)] = 7
    daily_volatility: float = 0.03


class _Candles(_Part):
    source: Literal["candles"]
    folder: str | None = None
    hold_opens: bool = False


class _Script(_Part):
    source: Literal["script"]
    file: str


class _Fees(_Part):
    maker: Decimal = Decimal("0.001")
    taker: Decimal = Decimal("0.001")
    in_bnb: bool = False


class _Event(BaseModel):
    """When something happens; what it is, an action says in its own words."""

    model_config = ConfigDict(frozen=True, extra="allow")
    at_seconds: Annotated[float, Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]


class _File(_Part):
    about: str
    prices: Annotated[_Flat | _RandomWalk | _Candles | _Script, Field(discriminator="source")] = _RandomWalk(
        source="random_walk"
    )
    accounts: dict[str, dict[str, Decimal]] = {}
    fees: _Fees = _Fees()
    max_algo_orders: Annotated[int, Field(ge=1)] = 5
    spread: Annotated[float, Field(ge=0, lt=1)] = 0.0002
    events: list[_Event] = []


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario that was read.

    Attributes
    ----------
    about
        What it is, in a line.
    prices, accounts, max_algo_orders, spread, events
        As `PracticeServer` takes them.
    """

    about: str
    prices: PriceSource
    accounts: tuple[AccountSpec, ...]
    max_algo_orders: int
    spread: float
    events: tuple[Event, ...]


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the package, by name."""
    folder = Path(__file__).parent / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_scenario(name: str) -> Path:
    """Return the file of a shipped scenario's name, or else of a path; PracticeError where there is none."""
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    if not path.is_file():
        raise PracticeError(f"there is no scenario {name!r}: give a file, or one of {', '.join(shipped)}")
    return path


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file.

    Raises
    ------
    PracticeError
        In one line: the file, the key, what is wrong with it.
    """
    values = _read_yaml(path)
    try:
        file = _File.model_validate(values)
    except ValidationError as error:
        raise PracticeError(f"{path}: {one_line(error)}") from error
    try:
        fees = FeeSchedule(file.fees.maker, file.fees.taker, file.fees.in_bnb)
        accounts = [AccountSpec(name, balances, fees) for name, balances in file.accounts.items()]
        if not accounts:
            accounts = [AccountSpec(spec.name, spec.balances, fees) for spec in STANDARD_ACCOUNTS]
        return Scenario(
            about=file.about,
            prices=_prices(file, path.parent),
            accounts=checked_accounts(tuple(accounts)),
            max_algo_orders=file.max_algo_orders,
            spread=file.spread,
            events=_events(file),
        )
    except PracticeError as error:
        raise PracticeError(f"{path}: {error}") from error


def _read_yaml(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise PracticeError(f"{path} is not a readable scenario: {reason}") from error
    except yaml.YAMLError as error:
        text = " ".join(str(error).split())
        raise PracticeError(f"{path} is not YAML: {text}") from error


def _prices(file: _File, folder: Path) -> PriceSource:
    prices = file.prices
    if isinstance(prices, _Flat):
        return FlatPrices(prices.pairs)
    if isinstance(prices, _RandomWalk):
        return RandomWalkPrices(prices.seed, prices.pairs, prices.days, prices.daily_volatility)
    if isinstance(prices, _Script):
        return ScriptedPrices(folder / prices.file)
    candles = None if prices.folder is None else folder / prices.folder
    return CandleFolder(candles, shift=True, hold_opens=prices.hold_opens)


def _events(file: _File) -> tuple[Event, ...]:
    events = []
    for number, event in enumerate(file.events):
        try:
            action = parse_action(event.model_extra)
        except PracticeError as error:
            raise PracticeError(f"events.{number}.{error}") from error
        events.append(Event(round(event.at_seconds * 1000), action))
    return tuple(sorted(events, key=lambda event: event.after_ms))
