"""The risk engine for Freqtrade: ``class MyStrategy(RiskKitMixin, IStrategy)``."""

from typing import TYPE_CHECKING

from freqtrade_riskkit.version import __version__

if TYPE_CHECKING:
    from freqtrade_riskkit.mixin import RiskKitMixin

__all__ = ["RiskKitMixin", "__version__"]


def __getattr__(name: str) -> object:
    """Load the mixin when it is asked for, so that the command line doesn't wait for Freqtrade."""
    if name == "RiskKitMixin":
        from freqtrade_riskkit.mixin import RiskKitMixin

        return RiskKitMixin
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
