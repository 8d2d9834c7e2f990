"""What may wait for the EHR's server: soon done it redirects as ever, else a page shows that it goes on.

The slow page is sent while the work is under way and ends with the way on, or with what went wrong. Its status is then
200 whatever came of it, as it is on its way already.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from flask import copy_current_request_context, redirect
from werkzeug.wrappers import Response

from smart_app.access.streaming import streamed
from smart_app.access.trail import record_refusal
from smart_app.refusals import Refused

PATIENCE_S = 0.7


@dataclass(frozen=True, slots=True)
class Ended:
    """`address`: where the browser goes next; without one, `refused` says why not."""

    address: str = ""
    refused: Refused | None = None


def going_on(work: Callable[[], str], doing: str) -> Response:
    """A redirect to what `work` returns, once it has; a page that says `doing` when it takes longer than PATIENCE_S.

    `work` runs in a thread of its own, so it must not touch the response. What it raises soon is raised here.
    """
    threads = ThreadPoolExecutor(1)
    under_way = threads.submit(copy_current_request_context(work))
    threads.shutdown(wait=False)
    wait((under_way,), PATIENCE_S)
    if under_way.done():
        return redirect(under_way.result(), 303)
    return streamed("launch/waiting.html", doing=doing, end=lambda: _end(under_way))


def _end(under_way: Future[str]) -> Ended:
    try:
        return Ended(under_way.result())
    except Refused as error:
        record_refusal(error)
        return Ended(refused=error)
