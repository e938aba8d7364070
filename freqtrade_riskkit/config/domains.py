"""Domains of the values in the `riskkit` section, each with its own check, error text and JSON schema.

A domain stands in an ``Annotated`` type, so that a field says once what it takes: ``limit: Ratio = 0.05``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

#: A year in minutes and in seconds: no stop or cooldown is longer.
YEAR_MINUTES = 365 * 24 * 60
YEAR_SECONDS = YEAR_MINUTES * 60
MOST_CANDLES = 100_000
#: Of orders, trades, positions and so on.
MOST_COUNTED = 1_000_000


def refusal(domain: str, hint: str = "", was: str = "") -> PydanticCustomError:
    """
    Refuse a value.

    Parameters
    ----------
    domain
        Completes the sentence "must be …".
    hint
        How to mend it.
    was
        What to show of the value; empty shows the value itself.
    """
    return PydanticCustomError("riskkit", "must be {domain}", {"domain": domain, "hint": hint, "was": was})


@dataclass(frozen=True, slots=True)
class Number:
    """
    Numbers between two ends.

    NaN and infinities are outside every domain; true, false and quoted numbers aren't numbers.

    Parameters
    ----------
    low, high
        The ends.
    low_open
        Whether `low` itself is outside.
    high_open
        Whether `high` itself is outside.
    unit
        What is counted: "minutes", "seconds", "candles", or nothing for a plain number.
    whole
        Takes whole numbers only.
    percent
        A ratio of an account or a price, for which people tend to write percentages.
    hint
        Added to a refusal for which nothing more exact is known.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    unit: str = ""
    whole: bool = False
    percent: bool = False
    hint: str = ""

    def __str__(self) -> str:
        """Complete the sentence "must be …"."""
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        ends = f"in {left}{self.low:g}, {_plain(self.high)}{right}"
        if self.whole:
            noun = f"a whole number of {self.unit}" if self.unit else "a whole number"
            return f"{noun} {ends}"
        return f"{self.unit} {ends}".strip()

    def check(self, value: object) -> float:
        """Return `value` if it is in the domain, refuse it otherwise."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            noun = str(self) if self.whole or self.unit else f"a number {self}"
            raise refusal(noun, "write it without quotes" if _reads_as_number(value) else "")
        if self.whole and not isinstance(value, int):
            raise refusal(str(self), self.hint)
        above = value > self.low or (value == self.low and not self.low_open)
        below = value < self.high or (value == self.high and not self.high_open)
        if not (above and below):
            raise refusal(str(self), self._fix(value))
        return value if self.whole else float(value)

    def _fix(self, value: float) -> str:
        if self.percent and 1 < abs(value) <= 100:
            return f"for {abs(value):g} % write {abs(value) / 100:g}"
        if self.percent and -1 <= value < 0:
            return f"a loss is written as a positive ratio: {-value:g}"
        return self.hint

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic call `check`."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the domain to editors."""
        described: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        described["exclusiveMinimum" if self.low_open else "minimum"] = self.low
        described["exclusiveMaximum" if self.high_open else "maximum"] = self.high
        return described


@dataclass(frozen=True, slots=True)
class Text:
    """
    Text of one form.

    Parameters
    ----------
    form
        Regular expression that the whole text has to match.
    domain
        Completes the sentence "must be …".
    hint
        Added to every refusal.
    number_hint
        Added where a number came: an environment variable of digits arrives as one.
    bad_endings
        Endings that no text may have, in lower case; upper case doesn't help.
    ending_hint
        Added where one of them came.
    """

    form: str
    domain: str
    hint: str = ""
    number_hint: str = ""
    bad_endings: tuple[str, ...] = ()
    ending_hint: str = ""

    def check(self, value: object) -> str:
        """Return `value` if it has the form, refuse it otherwise."""
        if isinstance(value, str) and re.fullmatch(self.form, value):
            if value.lower().endswith(self.bad_endings):
                raise refusal(self.domain, self.ending_hint)
            return value
        raise refusal(self.domain, self.hint if isinstance(value, str) else self.number_hint or self.hint)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic call `check`."""
        return core_schema.no_info_plain_validator_function(self.check)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the form to editors."""
        described: dict[str, Any] = {"type": "string", "pattern": f"^{self.form}$"}
        if self.bad_endings:
            either = "|".join(_any_case(ending) for ending in self.bad_endings)
            described["not"] = {"pattern": f"({either})$"}
        return described


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"


def _any_case(text: str) -> str:
    """Give a pattern for a text in any case: patterns of a JSON schema have no flags."""
    return "".join(
        f"[{letter}{letter.upper()}]" if letter.isalpha() else re.escape(letter) for letter in text
    )


def _reads_as_number(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*", value) is not None


Ratio = Annotated[float, Number(0, 1, low_open=True, percent=True)]
OpenRatio = Annotated[float, Number(0, 1, low_open=True, high_open=True, percent=True)]
RatioOrZero = Annotated[float, Number(0, 1, high_open=True, percent=True)]
PositiveNumber = Annotated[float, Number(0, 1000, low_open=True)]
Minutes = Annotated[float, Number(0, YEAR_MINUTES, unit="minutes")]
PositiveMinutes = Annotated[float, Number(0, YEAR_MINUTES, low_open=True, unit="minutes")]
Seconds = Annotated[float, Number(0, YEAR_SECONDS, unit="seconds")]
PositiveSeconds = Annotated[float, Number(0, YEAR_SECONDS, low_open=True, unit="seconds")]
EquityInterval = Annotated[float, Number(1, YEAR_SECONDS, unit="seconds")]
Candles = Annotated[int, Number(0, MOST_CANDLES, unit="candles", whole=True)]
Count = Annotated[int, Number(1, MOST_COUNTED, whole=True)]
PositionLimit = Annotated[
    int,
    Number(
        1,
        MOST_COUNTED,
        whole=True,
        hint="left out, Freqtrade's max_open_trades alone holds; entry.enabled false stops all entries",
    ),
]
TimeOfDay = Annotated[
    str, Text(r"([01]\d|2[0-3]):[0-5]\d", 'a time of day in UTC like "00:00" or "18:30"', "quoted, HH:MM")
]
#: What files that matter to somebody end with, in the folder where Freqtrade keeps its own.
_DATA_AND_CODE = (
    *(
        f"{kind}{tail}"
        for kind in (".sqlite", ".sqlite3", ".db")
        for tail in ("", "-wal", "-shm", "-journal")
    ),
    *(".py", ".pyc", ".ipynb", ".sh", ".json", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".env"),
    *(
        ".csv",
        ".feather",
        ".parquet",
        ".h5",
        ".gz",
        ".zip",
        ".pkl",
        ".joblib",
        ".fthypt",
        ".log",
        ".html",
        ".md",
    ),
)
FlagFile = Annotated[
    str,
    Text(
        r"(?=.{1,100}$)[A-Za-z0-9_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*",
        'the plain name of a file like "riskkit.halt"',
        "it lies in user_data: no folders, no .., only letters, digits, _ and -, with dots between them",
        bad_endings=_DATA_AND_CODE,
        ending_hint="a reset removes the file, so it may not be named like data or code: "
        "no .sqlite, .db, .json, .py and the like",
    ),
]
AccountId = Annotated[
    str,
    Text(
        r"[A-Za-z0-9]([A-Za-z0-9 ._@:+-]{0,98}[A-Za-z0-9._@:+-])?",
        "1 to 100 letters, digits, spaces or any of . _ - @ : + (first a letter or digit, last no space)",
        number_hint="quote it; in an environment variable begin it with a letter, for digits alone arrive "
        "as a number",
    ),
]
DatabaseUrl = Annotated[
    str,
    Text(
        r"(sqlite(\+pysqlite)?|postgres|postgresql(\+psycopg)?)://[^\s]*",
        "a database URL such as sqlite:///riskkit.sqlite or postgresql+psycopg://user:password@host/name",
    ),
]
