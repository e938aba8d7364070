"""In which of Freqtrade's runs the kit acts."""

from __future__ import annotations

from enum import StrEnum

from freqtrade.enums import RunMode


class Run(StrEnum):
    """What kind of run the strategy is in."""

    LIVE = "live"
    DRY_RUN = "dry_run"
    BACKTEST = "backtest"
    HYPEROPT = "hyperopt"
    OTHER = "other"

    @property
    def is_trade(self) -> bool:
        """Whether a bot runs, with a database and a clock of its own."""
        return self in (Run.LIVE, Run.DRY_RUN)

    @property
    def is_simulated(self) -> bool:
        """Whether trades come from a backtest."""
        return self in (Run.BACKTEST, Run.HYPEROPT)


def run_of(config: dict[str, object]) -> Run:
    """Read the kind of run from Freqtrade's config.

    Analyses such as lookahead-analysis run backtests too, under another run mode: entry limits would
    make them report what isn't there, so the kit stays out of them.
    """
    mode = config.get("runmode")
    known = {
        RunMode.LIVE: Run.LIVE,
        RunMode.DRY_RUN: Run.DRY_RUN,
        RunMode.BACKTEST: Run.BACKTEST,
        RunMode.HYPEROPT: Run.HYPEROPT,
    }
    return known.get(mode, Run.OTHER) if isinstance(mode, RunMode) else Run.OTHER
