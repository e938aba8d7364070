"""Listens to a bot's exchange: which orders it takes, which it doesn't, and whether it answers at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

_TOO_MANY_REQUESTS = (418, 429)


class Listener(Protocol):
    """Is told what happens; it never raises, for an order is under way."""

    def answered(self) -> None:
        """The exchange answered a request."""
        ...

    def order_accepted(self, *, is_stop: bool) -> None:
        """The exchange took an order."""
        ...

    def order_rejected(self, text: str) -> None:
        """The exchange took an order only to reject it."""
        ...

    def order_failed(self, error: Exception) -> None:
        """An order was not placed."""
        ...


class ExchangeTap:
    """Puts a listener between a bot and its exchange, on this one exchange object.

    Parameters
    ----------
    exchange
        Freqtrade's exchange of a running bot.
    listener
        Is told what happens.
    """

    def __init__(self, exchange: Any, listener: Listener) -> None:
        self.exchange = exchange
        self._listener = listener
        self._taps: list[_Tap] = []

    def attach(self) -> None:
        """Begin to listen, in place of whoever listened before; once more changes nothing."""
        if self._taps:
            return
        listener, exchange = self._listener, self.exchange
        self._put(exchange, "create_order", lambda original: _order(original, listener, is_stop=False))
        self._put(exchange, "create_stoploss", lambda original: _order(original, listener, is_stop=True))
        for client in (exchange._api, exchange._api_async):
            self._put(client, "on_rest_response", lambda original: _response(original, listener))

    def detach(self) -> None:
        """End listening; what another listener put in place since stays there."""
        for tap in self._taps:
            tap.take_away()
        self._taps = []

    def _put(self, owner: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        present = getattr(owner, name)
        if isinstance(present, _Tap):
            present.take_away()
        original = getattr(owner, name)
        tap = _Tap(owner, name, original, wrap(original))
        setattr(owner, name, tap)
        self._taps.append(tap)


class _Tap:
    """A method of one object, with a listener around it."""

    def __init__(
        self, owner: Any, name: str, original: Callable[..., Any], around: Callable[..., Any]
    ) -> None:
        self._owner = owner
        self._name = name
        self._own = vars(owner).get(name)
        self._around = around
        self.__wrapped__ = original

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._around(*args, **kwargs)

    def take_away(self) -> None:
        """Leave the object as it was, unless somebody else put something there since."""
        if vars(self._owner).get(self._name) is not self:
            return
        if self._own is None:
            delattr(self._owner, self._name)
        else:
            setattr(self._owner, self._name, self._own)


def _order(original: Callable[..., Any], listener: Listener, *, is_stop: bool) -> Callable[..., Any]:
    def place(*args: Any, **kwargs: Any) -> Any:
        try:
            order = original(*args, **kwargs)
        except Exception as error:
            listener.order_failed(error)
            raise
        if _is_rejected(order):
            pair, side = order.get("symbol"), order.get("side")
            listener.order_rejected(f"The exchange answered a {side} order on {pair} with: rejected")
        else:
            listener.order_accepted(is_stop=is_stop)
        return order

    return place


def _is_rejected(order: Mapping[str, Any]) -> bool:
    """Say whether nothing came of an order; one that expired or was cancelled at once had been taken."""
    return order.get("status") == "rejected" and not order.get("filled")


def _response(original: Callable[..., Any], listener: Listener) -> Callable[..., Any]:
    def on_rest_response(code: int, *args: Any, **kwargs: Any) -> Any:
        if code < 500 and code not in _TOO_MANY_REQUESTS:
            listener.answered()
        return original(code, *args, **kwargs)

    return on_rest_response
