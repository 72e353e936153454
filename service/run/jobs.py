"""When to plan: every quarter of an hour, and when a price source wants to be asked again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler

SOON_S: Final = 2.0
"""Between a reason and the plan for it [s]: cars often come in pairs, and a plug bounces."""
AFTER_S: Final = 5.0
"""A quarter's plan is made so long after its border, when the quarter's last tick is counted [s]."""
QUARTER_S: Final = 900.0
_PRICES: Final = "prices"


class Jobs:
    """The daemon's clockwork; ``plan`` is called with the reason. A fast clock makes fast quarters."""

    def __init__(self, plan: Callable[[str], None], now: Callable[[], datetime], speed: float = 1.0) -> None:
        self._plan, self._now, self._speed = plan, now, speed
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin with the next quarter."""
        self._from_next_quarter()
        self._scheduler.start()

    def clock_was_set(self) -> None:
        """Count quarters by the clock as it is now: one that was set back would have none for as long."""
        self._from_next_quarter()

    def _from_next_quarter(self) -> None:
        border_s = (self._now().timestamp() // QUARTER_S + 1) * QUARTER_S + AFTER_S
        first = self._real(datetime.fromtimestamp(border_s, UTC))
        self._scheduler.add_job(
            self._plan, "interval", args=["a new quarter"], seconds=QUARTER_S / self._speed,
            start_date=first, id="quarter", replace_existing=True, coalesce=True, misfire_grace_time=60,
        )  # fmt: skip

    def prices_at(self, moment: datetime | None) -> None:
        """Ask for prices at this moment; at none, the quarters are enough."""
        if moment is None:
            return
        self._scheduler.add_job(
            self._plan, "date", args=["prices are due"], run_date=self._real(moment),
            id=_PRICES, replace_existing=True, misfire_grace_time=None,
        )  # fmt: skip

    def stop(self) -> None:
        """Call nobody more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def _real(self, moment: datetime) -> datetime:
        """When it is that moment on the clock of the walls."""
        ahead_s = (moment - self._now()).total_seconds() / self._speed
        return datetime.now(UTC) + timedelta(seconds=ahead_s)
