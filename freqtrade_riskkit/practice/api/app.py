"""The web application: the routes, and what an unknown address answers."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response, status
from fastapi.responses import HTMLResponse, JSONResponse

from freqtrade_riskkit.practice.api import errors
from freqtrade_riskkit.practice.api.account import account_routes, wallet_routes
from freqtrade_riskkit.practice.api.admin import admin_routes
from freqtrade_riskkit.practice.api.errors import ApiError
from freqtrade_riskkit.practice.api.faulty import FaultyWire
from freqtrade_riskkit.practice.api.futures import futures_routes
from freqtrade_riskkit.practice.api.order_lists import order_list_routes
from freqtrade_riskkit.practice.api.orders import order_routes
from freqtrade_riskkit.practice.api.spot import spot_routes
from freqtrade_riskkit.practice.asgi import ASGIApp
from freqtrade_riskkit.practice.connections import Connections
from freqtrade_riskkit.practice.exchange import PracticeExchange
from freqtrade_riskkit.practice.market import Market
from freqtrade_riskkit.practice.trading.refusal import Refusal

logger = logging.getLogger("freqtrade_riskkit.practice")

_NOT_FOUND_PAGE = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"
    "<center><h1>404 Not Found</h1></center>\r\n"
    "<hr><center>practice exchange</center>\r\n</body>\r\n</html>\r\n"
)
_FUTURES_ROOTS = ("/fapi/", "/dapi/", "/papi/")


def practice_app(exchange: PracticeExchange, swaps: Market, connections: Connections) -> ASGIApp:
    """Return the web application that serves an exchange's spot market, its accounts, and swaps."""
    app = FastAPI(title="Practice exchange", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(spot_routes(exchange))
    for routes in (order_routes, order_list_routes, account_routes, wallet_routes, admin_routes):
        app.include_router(routes(exchange))
    app.include_router(futures_routes(swaps))
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Exception, _own_failure)
    app.add_exception_handler(status.HTTP_404_NOT_FOUND, _unknown_address)
    app.add_exception_handler(status.HTTP_405_METHOD_NOT_ALLOWED, _unknown_address)
    return FaultyWire(app, exchange, connections)


async def _api_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, ApiError):
        raise error
    return _error_answer(error)


async def _refusal(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return _error_answer(ApiError(error.code, error.message))


async def _own_failure(request: Request, error: Exception) -> Response:
    logger.error("Failed to answer %s %s", request.method, request.url.path, exc_info=error)
    return _error_answer(errors.unknown_error())


async def _unknown_address(request: Request, error: Exception) -> Response:
    """Answer as the real exchange does: a page from its web server for spot, a code for futures."""
    path = request.url.path
    logger.warning("Unknown address asked for: %s %s", request.method, path)
    if path.startswith(_FUTURES_ROOTS):
        return _error_answer(errors.unknown_path(path, request.method))
    return HTMLResponse(_NOT_FOUND_PAGE, status_code=status.HTTP_404_NOT_FOUND)


def _error_answer(error: ApiError) -> JSONResponse:
    return JSONResponse({"code": error.code, "msg": error.message}, status_code=error.http_status)
