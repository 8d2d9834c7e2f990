"""How much work a piece of Python is, counted and not timed, so that a busy machine says the same as an idle one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def calls_counted(of: Callable[..., object] | None = None) -> Iterator[list[int]]:
    """The one number: calls by this thread, in the block, of Python functions, or `of` one that is written in C."""
    count = [0]

    def one(_frame: FrameType, what: str, argument: object) -> None:
        count[0] += what == "call" if of is None else what == "c_call" and argument is of

    before = sys.getprofile()
    sys.setprofile(one)
    try:
        yield count
    finally:
        sys.setprofile(before)
