"""One run of checks over a chart. A check that raises becomes a NotAssessed; the others go on.

When every check raises, nothing was looked at, and the last error goes up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cds_service.chart import Chart
from cds_service.checks import Check
from cds_service.engine.concerns import Concern, concern_of
from cds_service.engine.gaps import uncovered
from cds_service.engine.matters import each_once
from cds_service.findings import NotAssessed
from cds_service.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class Assessment:
    """One run: concerns most severe first, what could not be assessed, and checks that broke (id, error)."""

    concerns: tuple[Concern, ...]
    not_assessed: tuple[NotAssessed, ...]
    broken: tuple[tuple[str, Exception], ...] = field(default=(), repr=False)


def run(checks: Iterable[Check], chart: Chart, knowledge: Knowledge) -> Assessment:
    concerns: dict[str, Concern] = {}
    checks = list(checks)
    missing: list[NotAssessed] = list(uncovered(checks, chart, knowledge))
    broken: list[tuple[str, Exception]] = []
    for check in checks:
        try:
            said = list(check.run(chart, knowledge))
        # A check may fail in any way; its failure must be said, and must not take the other checks' findings along.
        except Exception as error:  # noqa: BLE001
            broken.append((check.id, error))
            missing.append(NotAssessed(f"the check {check.id} failed", topic=check.topic, prominent="warning"))
            continue
        for word in said:
            if isinstance(word, NotAssessed):
                missing.append(replace(word, topic=word.topic or check.topic))
            else:
                concern = concern_of(check, word)
                concerns.setdefault(concern.id, concern)
    if broken and len(broken) == len(checks):
        raise broken[-1][1]
    return Assessment(tuple(each_once(concerns.values())), once(missing), tuple(broken))


def once(missing: Iterable[NotAssessed]) -> tuple[NotAssessed, ...]:
    """Each gap one time, however many checks ran into it."""
    return tuple({(m.topic, m.subject, m.reason): m for m in missing}.values())
