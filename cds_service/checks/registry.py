"""The registry of checks: what each declares, and a loud refusal of a second owner of an id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cds_service.chart import Chart
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge

SAFETY, SIGNED = "medication-safety", "order-sign"
EXISTING = ("order-dispatch", "medication-refill")  # hooks about orders that exist already
Run = Callable[[Chart, Knowledge], Iterator[Finding | NotAssessed]]


@dataclass(frozen=True, slots=True)
class Check:
    """`needs` are prefetch keys: what discovery asks the EHR for. `words` is the docstring, shown to clinicians."""

    id: str
    service: str
    topic: str
    hooks: tuple[str, ...]
    needs: tuple[str, ...]
    version: str
    words: str
    run: Run


CHECKS: dict[str, Check] = {}


def check(
    *, id: str, service: str, topic: str, hooks: tuple[str, ...], needs: tuple[str, ...] = (), version: str = "1"
) -> Callable[[Run], Run]:
    """Register a check function; a second owner of the id is refused at import, naming the first.

    A safety check that looks at orders being signed looks at them again when they are dispatched or refilled.
    """

    def register(run: Run) -> Run:
        if id in CHECKS:
            raise ValueError(f"check {id} is registered twice; the other owner is {CHECKS[id].run.__module__}")
        if not run.__doc__:
            raise ValueError(f"check {id} has no docstring: it is what a clinician reads about it")
        answered = (*hooks, *(hook for hook in EXISTING if service == SAFETY and SIGNED in hooks))
        CHECKS[id] = Check(id, service, topic, answered, needs, version, " ".join(run.__doc__.split()), run)
        return run

    return register
