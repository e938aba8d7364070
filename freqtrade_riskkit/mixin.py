"""The mixin that a strategy subclasses. Callbacks ask the session and answer; rules stand elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from freqtrade.enums import ExitCheckTuple, ExitType
from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskkit.host.callbacks import guard
from freqtrade_riskkit.host.exit_plans import ASKED
from freqtrade_riskkit.host.gates import ALONE, GATES, OVERRIDE_GATES
from freqtrade_riskkit.host.protections_list import OWN_LIST, guard_protections, own_protections
from freqtrade_riskkit.host.registration import register
from freqtrade_riskkit.host.session import RiskSession
from freqtrade_riskkit.host.stamp import stamp
from freqtrade_riskkit.host.start import check_early, make_session, start_session
from freqtrade_riskkit.host.strategy_class import RiskKitMeta

register()


class RiskKitMixin(IStrategy, metaclass=RiskKitMeta):
    """Puts the kit in front of a strategy: ``class MyStrategy(RiskKitMixin, IStrategy)``.

    Attributes
    ----------
    riskkit_parameters
        Which attribute of the strategy, a Freqtrade parameter or a plain value, feeds which key of the
        `riskkit` section, as in ``{"entry.max_open_positions": "max_positions"}``.
    """

    riskkit_parameters: dict[str, str] = {}
    _riskkit_session: RiskSession | None = None

    @classmethod
    def _riskkit_guard(cls) -> None:
        """Stand in front of the callbacks of a new class, as `RiskKitMeta` asks."""
        for name, gate in GATES.items():
            guard(cls, name, gate, always=True, alone=ALONE.get(name))
        for name, gate in OVERRIDE_GATES.items():
            guard(cls, name, gate, always=False)
        guard_protections(cls)

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        stamp(self)
        check_early(self)

    @property
    def riskkit(self) -> RiskSession:
        """The session, for a strategy's own questions."""
        return self._riskkit_session or self._riskkit_begin(make_session(self))

    def _riskkit_begin(self, session: RiskSession) -> RiskSession:
        """Take up a session; what comes behind the mixin at an exit check is looked up once, at its start."""
        session.exits_behind = super().should_exit
        session.may_rest = type(self).should_exit is RiskKitMixin.should_exit
        self._riskkit_session = session
        return session

    def ft_bot_start(self, **kwargs: Any) -> None:
        """Begin a session, then start the strategy."""
        self._riskkit_session = None
        super().ft_bot_start(**kwargs)
        type(self).settle()
        self._riskkit_begin(start_session(self))

    def ft_bot_cleanup(self) -> None:
        """End the session and the strategy."""
        if self._riskkit_session is not None:
            self._riskkit_session.close()
        super().ft_bot_cleanup()

    def advise_entry(self, dataframe: DataFrame, metadata: dict) -> DataFrame:
        """Let the strategy set its signals, and read their confidence."""
        advised = super().advise_entry(dataframe, metadata)
        self.riskkit.learn_signals(metadata["pair"], advised)
        return advised

    def should_exit(
        self,
        trade: Trade,
        rate: float,
        current_time: datetime,
        *,
        enter: bool,
        exit_: bool,
        low: float | None = None,
        high: float | None = None,
        force_stoploss: float = 0,
    ) -> list[ExitCheckTuple]:
        """Let Freqtrade find its exits, and add those of the kit's plan.

        It is asked for each trade at each candle, but for those of a backtest over which it rests
        (`ExitRest`), so that what mostly changes nothing is looked at here.
        """
        session = self._riskkit_session or self.riskkit
        plans, standing = session.exits, None
        if plans is not None:
            standing = plans.standing.get(trade.id)
            if standing is None or standing.open_rate != trade.open_rate or standing.priced_at is not None:
                standing = plans.prepare(trade)
        found = session.exits_behind(
            trade,
            rate,
            current_time,
            enter=enter,
            exit_=exit_,
            low=low,
            high=high,
            force_stoploss=force_stoploss,
        )
        if session.marks_trades:
            session.judged(trade, rate, current_time)
        actions = session.actions
        if actions is not None and actions.is_flattening:
            found = actions.with_flatten(trade, rate, found)
        if plans is None or standing is None:
            return found
        if standing.is_short:
            best = low or rate
            is_near = best <= standing.near_rate
        else:
            best = high or rate
            is_near = best >= standing.near_rate
        if not is_near and (not found or (len(found) == 1 and found[0].exit_type is ExitType.EXIT_SIGNAL)):
            return found
        return plans.add(standing, trade, found, best, current_time)

    def ft_check_timed_out(self, trade: Trade, order: Order, current_time: datetime) -> bool:
        """Take back an entry order that a trip cancels, else ask Freqtrade."""
        actions = (self._riskkit_session or self.riskkit).actions
        if actions is not None and actions.cancels(trade, order):
            return True
        return super().ft_check_timed_out(trade, order, current_time)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the session behind when hyperopt sends the strategy to a worker, and what it put here."""
        left = ("_riskkit_session", ASKED)
        if self._riskkit_session is not None and self._riskkit_session.exits is not None:
            self._riskkit_session.exits.rest.end()
        state = {key: value for key, value in self.__dict__.items() if key not in left}
        if OWN_LIST in state:
            state[OWN_LIST] = own_protections(state[OWN_LIST])
        return state
