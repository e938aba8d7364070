"""Serving a web application from a thread, on a socket that listens already."""

from __future__ import annotations

import socket
import threading

import uvicorn

from freqtrade_riskkit.practice.asgi import ASGIApp
from freqtrade_riskkit.practice.connections import Connections
from freqtrade_riskkit.practice.errors import PracticeError

PRACTICE_HEADERS = [
    ("Server", "practice-exchange"),
    ("X-Practice-Exchange", "no real exchange, no real money"),
]
START_SECONDS = 30.0
STOP_SECONDS = 30.0


class Serving:
    """A web application that is being served.

    Parameters
    ----------
    app
        What answers.
    connections
        Notes the open connections.
    listener
        The socket; it is closed by `stop`.
    """

    def __init__(self, app: ASGIApp, connections: Connections, listener: socket.socket) -> None:
        self.port: int = listener.getsockname()[1]
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            headers=PRACTICE_HEADERS,
            timeout_graceful_shutdown=2,
        )
        self._listener = listener
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="practice-exchange", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(START_SECONDS):
            self._server.should_exit = True
            raise PracticeError(f"the practice exchange didn't start within {START_SECONDS:g} seconds")

    @property
    def is_alive(self) -> bool:
        """Whether requests are being answered."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        self._listener.close()
        if self._thread.is_alive():
            raise RuntimeError(f"the practice exchange didn't stop within {STOP_SECONDS:g} seconds")


class _Server(uvicorn.Server):
    """A uvicorn server that says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
