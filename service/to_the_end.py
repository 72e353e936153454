"""A coroutine run to its end from code that waits for it, also where an event loop runs already."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_the_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """What ``coroutine`` gives or raises, in an event loop of its own.

    Where a loop runs in this thread (Jupyter has one), a loop cannot be started in it: another thread has
    it then, and the caller's loop stands still meanwhile, as for any function that takes its time.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)
    found: Future[T] = Future()

    def work() -> None:
        try:
            found.set_result(asyncio.run(coroutine))
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            found.set_exception(error)

    threading.Thread(target=work, daemon=True, name="chargewright-sources").start()
    return found.result()
