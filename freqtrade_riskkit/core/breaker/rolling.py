"""The equity of 24 hours ago, out of samples that move with time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

DAY = timedelta(hours=24)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_NEVER = datetime.max.replace(tzinfo=UTC)


class RollingBaseline:
    """Equity as it stood 24 hours ago.

    The baseline at a moment is the last sample at least 24 hours old; before there is one, the
    oldest sample. Each sample enters and leaves once, so that a look costs O(1) amortised.

    Parameters
    ----------
    samples
        Moments and equities, oldest first; the first one is the baseline.
    resolution
        Where it isn't zero, time is cut into buckets of this length, and what happened in one is
        read as its highest equity throughout: at most ``24 hours / resolution`` samples are kept,
        and a loss is never read as smaller than it is. The first sample stays as it is.

    Attributes
    ----------
    moves_at
        The moment at which the baseline moves if nothing is added.
    level
        The baseline until then.
    waiting
        Samples that were noted later than all others and aren't sorted in yet: `level` and `moves_at` don't
        know of them, and count only while there are none.

    Raises
    ------
    ValueError
        For a resolution below zero or not below 24 hours.
    """

    __slots__ = ("_bounded", "_minutes", "_resolution", "_samples", "level", "moves_at", "waiting")

    def __init__(
        self, samples: Iterable[tuple[datetime, float]], resolution: timedelta = timedelta(0)
    ) -> None:
        if not timedelta(0) <= resolution < DAY:
            raise ValueError(f"resolution must be at least 0 and below 24 hours, was {resolution}")
        self._resolution = resolution
        minutes, rest = divmod(resolution, _MINUTE)
        # Where an hour is a whole number of buckets, most moments of candles are seen to begin one.
        self._minutes = minutes if not rest and minutes > 0 and 60 % minutes == 0 else 0
        self._samples: deque[tuple[datetime, float]] = deque(samples)
        self.waiting: list[tuple[datetime, float]] = []
        self._bounded = 0
        self.level = self._samples[0][1]
        self.moves_at = self._find_next_move()

    @property
    def resolution(self) -> timedelta:
        """Length of a bucket; zero where every sample is kept."""
        return self._resolution

    def add(self, at: datetime, equity: float) -> None:
        """Note the equity from a moment on; a second one at the same moment replaces the first."""
        self.waiting.append((at, equity))
        self._sort_in()

    def _sort_in(self) -> None:
        samples, resolution, minutes = self._samples, self._resolution, self._minutes
        for at, equity in self.waiting:
            if resolution:
                # Raise the bucket's sample; what it ended on, where lower, is dated at the bucket's end.
                if len(samples) > 1 and samples[-1][0] > at:
                    samples.pop()
                last_at, highest = samples[-1]
                if equity != highest:
                    begins_one = minutes and not (at.minute % minutes or at.second or at.microsecond)
                    begun = at if begins_one else at - (at - _EPOCH) % resolution
                    if equity < highest:
                        samples.append((begun + resolution, equity))
                    elif len(samples) > 1 and last_at >= begun:
                        samples[-1] = (last_at, equity)
                    else:
                        samples.append((begun if begun > last_at else last_at, equity))
            elif equity != samples[-1][1]:
                if samples[-1][0] < at or len(samples) == 1:
                    samples.append((at, equity))
                else:
                    samples[-1] = (at, equity)
        self.waiting.clear()
        self._bounded = 0
        self.moves_at = self._find_next_move()

    def restart(self, at: datetime, equity: float) -> None:
        """Forget what was before and count from here."""
        self.waiting.clear()
        self._begin_with(at, equity)

    def shift(self, amount: float) -> None:
        """Raise every sample by an amount, or lower it."""
        self._sort_in()
        self._samples = deque((at, equity + amount) for at, equity in self._samples)
        self.level += amount

    def baseline(self, now: datetime) -> float:
        """Give the equity that the loss of the last 24 hours is counted from."""
        if self.waiting:
            self._sort_in()
        if now >= self.moves_at:
            samples, oldest = self._samples, now - DAY
            while len(samples) > 1 and samples[1][0] <= oldest:
                samples.popleft()
            self.level = samples[0][1]
            self.moves_at = samples[1][0] + DAY if len(samples) > 1 else _NEVER
        return self.level

    def samples(self) -> tuple[tuple[datetime, float], ...]:
        """Give all samples, oldest first."""
        self._sort_in()
        return tuple(self._samples)

    def bounds(self, now: datetime) -> tuple[float, float]:
        """Give two equities between which the baseline stays until the next 24 hours less a bucket are over.

        They are the lowest and the highest sample: those that come meanwhile are too young for it, and change
        none but the last bucket's. What was waiting at an earlier call and is too old by now is let go of
        without having been sorted in.
        """
        waiting, bounded = self.waiting, self._bounded
        if bounded:
            at, equity = waiting[bounded - 1]
            if at + self._resolution <= now - DAY:
                del waiting[:bounded]
                self._begin_with(at, equity)
        self._bounded = self._bounded or len(waiting)
        lowest = highest = self._samples[0][1]
        for samples in (self._samples, waiting):
            for _, equity in samples:
                if equity < lowest:
                    lowest = equity
                elif equity > highest:
                    highest = equity
        return lowest, highest

    def _begin_with(self, at: datetime, equity: float) -> None:
        self._samples.clear()
        self._samples.append((at, equity))
        self._bounded = 0
        self.level, self.moves_at = equity, _NEVER

    def _find_next_move(self) -> datetime:
        return self._samples[1][0] + DAY if len(self._samples) > 1 else _NEVER
