"""What an MQTT topic said last, and whether it still counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value, and the monotonic time [s] from which it is known to hold."""

    value: T
    at_s: float


class Said(Generic[T]):
    """The last value of a topic, with the word of whoever watches its sender.

    A value that came live counts from when it came. A retained one was said at some time before we listened:
    it counts only while the sender is known to be online, because its broker would tell us if it were not.
    While the sender is online a value holds now; there is none when it is offline or our connection lost.
    """

    def __init__(self) -> None:
        self._value: T | None = None
        self._at_s: float | None = None
        self.online: bool | None = None
        """What the sender's availability topic says; none where there is none or nothing came."""

    def put(self, value: T | None, now_s: float, *, retained: bool) -> None:
        """Keep what a message says; none where it cannot be understood, which is no value at all."""
        self._value = value
        self._at_s = None if retained else now_s

    def available(self, *, online: bool) -> None:
        """Keep what the availability topic says; a sender that was away has said nothing since."""
        if not online:
            self._forget_value()
        self.online = online

    def lost(self) -> None:
        """The connection is lost: nothing is known any more."""
        self._forget_value()
        self.online = None

    def get(self, now_s: float) -> Known[T] | None:
        """The value and since when it is known to hold; none where it is missing."""
        if self._value is None or self.online is False:
            return None
        if self.online:
            return Known(self._value, now_s)
        return None if self._at_s is None else Known(self._value, self._at_s)

    def _forget_value(self) -> None:
        self._value = self._at_s = None
