"""What can be done to a practice exchange while it runs: price moves, faults, and acts of other people.

A scenario file, the admin addresses and Python all say it in these words.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from freqtrade_riskkit.practice.errors import PracticeError
from freqtrade_riskkit.practice.trading.amounts import LARGEST_AMOUNT
from freqtrade_riskkit.practice.trading.records import OrderType, Side, TimeInForce

LONGEST_SECONDS = 366 * 24 * 3600.0
Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
Fall = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
Change = Annotated[float, Field(gt=-1, le=100, allow_inf_nan=False)]
Amount = Annotated[Decimal, Field(gt=0, le=LARGEST_AMOUNT, decimal_places=8)]


class _Action(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Move(_Action):
    """A move of one pair's price, or of all pairs' where none is named."""

    pair: str | None = None


class Crash(_Move):
    """The price falls by a fraction, straight, within so many seconds."""

    do: Literal["crash"] = "crash"
    by: Fall
    within_seconds: Seconds = 180


class Rise(_Move):
    """The price rises by a fraction, straight, within so many seconds."""

    do: Literal["rise"] = "rise"
    by: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    within_seconds: Seconds = 180


class Gap(_Move):
    """The price jumps by a fraction; down where it is negative."""

    do: Literal["gap"] = "gap"
    by: Change


class Spike(_Move):
    """The price goes away by a fraction and comes back within so many seconds; down where it is negative."""

    do: Literal["spike"] = "spike"
    by: Change
    within_seconds: Seconds = 10


class Recover(_Move):
    """The price goes back to what it would be without any move, straight, within so many seconds."""

    do: Literal["recover"] = "recover"
    within_seconds: Seconds = 180


class Freeze(_Move):
    """The price stands still for so many seconds."""

    do: Literal["freeze"] = "freeze"
    for_seconds: Seconds


class Requests(StrEnum):
    """Which requests a fault strikes."""

    ORDERS = "orders"
    CANCELS = "cancels"
    QUERIES = "queries"
    SIGNED = "signed"
    WALLET = "wallet"
    MARKET = "market"
    ALL = "all"


class _Fault(_Action):
    """A fault that strikes the next `count` requests, for `for_seconds`; both None until it is cleared."""

    account: str | None = None
    count: Annotated[int, Field(ge=1)] | None = None
    for_seconds: Seconds | None = None


class _RequestFault(_Fault):
    """A fault of single requests; of market requests it may strike those of one pair only."""

    requests: Requests
    pair: str | None = None

    @model_validator(mode="after")
    def _pair_of_market(self) -> Self:
        if self.pair is not None and self.requests is not Requests.MARKET:
            raise ValueError("a pair goes with requests: market only")
        return self


class Reject(_RequestFault):
    """Orders (or other requests) are refused with one of Binance's codes."""

    do: Literal["reject"] = "reject"
    requests: Requests = Requests.ORDERS
    count: Annotated[int, Field(ge=1)] | None = 1
    code: Annotated[int, Field(lt=0)] = -2010
    message: str = "Account has insufficient balance for requested action."


class AnswerStatus(_RequestFault):
    """Requests are answered with an HTTP status: 418 and 429 for too many requests, 5xx for a failure."""

    do: Literal["status"] = "status"
    requests: Requests = Requests.ALL
    status: Annotated[int, Field(ge=400, le=599)]
    retry_after_seconds: Seconds = 1


class Delay(_RequestFault):
    """Answers come late."""

    do: Literal["delay"] = "delay"
    requests: Requests = Requests.ALL
    by_seconds: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]


class Drop(_RequestFault):
    """The connection breaks before the request is looked at."""

    do: Literal["drop"] = "drop"
    requests: Requests = Requests.ALL
    count: Annotated[int, Field(ge=1)] | None = 1


class LoseResponse(_RequestFault):
    """The request is carried out, and the connection breaks before its answer."""

    do: Literal["lose_response"] = "lose_response"
    requests: Requests = Requests.ORDERS
    count: Annotated[int, Field(ge=1)] | None = 1


class Down(_Fault):
    """Every connection breaks at once, as long as it lasts."""

    do: Literal["down"] = "down"
    for_seconds: Seconds | None = 30


class PartialFill(_Fault):
    """New orders are filled up to a share and then hang."""

    do: Literal["partial_fill"] = "partial_fill"
    count: Annotated[int, Field(ge=1)] | None = 1
    share: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.5")


class Slip(_Fault):
    """Orders that take from the book pay a fraction of the price more, or get it less."""

    do: Literal["slip"] = "slip"
    by: Annotated[Decimal, Field(gt=0, lt=1)]


class ClockSkew(_Fault):
    """The exchange's clock goes ahead by so many seconds, or behind where negative."""

    do: Literal["clock_skew"] = "clock_skew"
    by_seconds: Annotated[float, Field(ge=-86_400, le=86_400, allow_inf_nan=False)]


class _Deed(_Action):
    account: str


class ForeignOrder(_Deed):
    """Somebody else places an order on the account."""

    do: Literal["foreign_order"] = "foreign_order"
    pair: str
    side: Side
    type: OrderType = OrderType.MARKET
    amount: Amount
    price: Amount | None = None
    stop_price: Amount | None = None
    time_in_force: TimeInForce | None = None
    client_id: str | None = None


class CancelOrders(_Deed):
    """Somebody else cancels the account's open orders: of a pair, or all, or the one of this number."""

    do: Literal["cancel_orders"] = "cancel_orders"
    pair: str | None = None
    order_id: int | None = None


class Deposit(_Deed):
    """Money comes in; where it isn't listed, the history of deposits doesn't have it."""

    do: Literal["deposit"] = "deposit"
    asset: str
    amount: Amount
    listed: bool = True


class Withdraw(_Deed):
    """Money goes out, as far as it is free; where it isn't listed, no history has it."""

    do: Literal["withdraw"] = "withdraw"
    asset: str
    amount: Amount
    listed: bool = True


Move = Crash | Rise | Gap | Spike | Recover | Freeze
RequestFault = Reject | AnswerStatus | Delay | Drop | LoseResponse
Fault = RequestFault | Down | PartialFill | Slip | ClockSkew
Deed = ForeignOrder | CancelOrders | Deposit | Withdraw
Action = Move | Fault | Deed
AnyAction = Annotated[Action, Field(discriminator="do")]
_ACTION: TypeAdapter[Action] = TypeAdapter(AnyAction)


def parse_action(values: object) -> Action:
    """Return the action that a mapping of its words describes; PracticeError where it describes none."""
    try:
        return _ACTION.validate_python(values)
    except ValidationError as error:
        raise PracticeError(one_line(error)) from error


def one_line(error: ValidationError) -> str:
    """Return the first thing that is wrong, as `where: what, was value`."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "it"
    was = "" if first["type"] == "missing" else f", was {first['input']!r}"
    return f"{where}: {first['msg']}{was}"
