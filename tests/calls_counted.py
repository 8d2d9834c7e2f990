"""How much work a piece of Python is, counted and not timed, so that a busy machine says the same as an idle one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def calls_counted() -> Iterator[list[int]]:
    """The one number: calls of Python functions by this thread, in the block."""
    count = [0]

    def one(_frame: FrameType, what: str, _argument: object) -> None:
        count[0] += what == "call"

    before = sys.getprofile()
    sys.setprofile(one)
    try:
        yield count
    finally:
        sys.setprofile(before)
