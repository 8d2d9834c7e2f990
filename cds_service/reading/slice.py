"""The slice of a call's time that its models have: a model that takes longer is left behind, and the call goes on.

A thread cannot be ended from outside. What models do for a call runs on a thread beside it, and the call waits for it
no longer than its slice. What is left behind ends by itself (onnx_session.py bounds each run); as long as too many
have not, nothing new is begun.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import TIMEOUT_MAX, Event, Semaphore, Thread

MOST_LEFT_BEHIND = 8  # threads of models in one worker, at most


class Slice:
    """Safe to share between threads."""

    def __init__(self, most: int = MOST_LEFT_BEHIND) -> None:
        self._free = Semaphore(most)

    def run(self, work: Callable[[], None], seconds: float) -> bool:
        """Whether `work` came to its end within `seconds`; False, too, when it was not begun. Raises what it raised."""
        if seconds <= 0 or not self._free.acquire(blocking=False):
            return False
        done, raised = Event(), list[Exception]()

        def worker() -> None:
            try:
                work()
            # Whatever it is, it belongs to the call that waits, not to this thread.
            except Exception as error:  # noqa: BLE001
                raised.append(error)
            finally:
                done.set()
                self._free.release()

        Thread(target=worker, name="model", daemon=True).start()
        in_time = done.wait(min(seconds, TIMEOUT_MAX))
        if in_time and raised:
            raise raised[0]
        return in_time
