"""What stands on a strategy's class in the place of one of its attributes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any


class ClassGuard(ABC):
    """A descriptor in front of what a class defines for a name, if it defines anything.

    It is made anew when the class gets another definition, and never changed: what was read from it before
    goes on as it was.
    """

    _own: Any

    @property
    def defined(self) -> Any:
        """What the class itself defines; None where it leaves that to its bases."""
        return self._own

    @abstractmethod
    def before(self, own: Any) -> ClassGuard:
        """Make the guard of the same class and name in front of another definition, or of none."""
