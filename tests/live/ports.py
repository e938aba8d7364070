"""Ports for bots: each has its own, also among test processes that know nothing of one another."""

from __future__ import annotations

import random
import socket

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below the range from which systems take ports for outgoing connections."""


class ReservedPort:
    """A port that nothing listens on, reserved until it is given back.

    A bot takes its port seconds after it was chosen, and gives it up while it is down. The reservation
    is a bound datagram socket of the same number, which never gets in the way of the bot's own.
    """

    def __init__(self) -> None:
        for number in random.SystemRandom().sample(PORTS, 50):
            reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                reservation.bind((HOST, number))
            except OSError:
                reservation.close()
                continue
            if not listens(number):
                self.number = number
                self._reservation = reservation
                return
            reservation.close()
        raise RuntimeError("no free port was found")

    def give_back(self) -> None:
        """Let others have it."""
        self._reservation.close()


def listens(port: int) -> bool:
    """Say whether something listens on a port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
