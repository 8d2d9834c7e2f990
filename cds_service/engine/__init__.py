"""Runs the checks of a service on a chart, and verifies what they propose by running them again on the result.

Pure: time stands in the chart. Data moves one way: `run` makes the concerns and names the `gaps`, `matters` says each
concern once, `verify` takes away those of their proposals that would leave something to warn about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from cds_service.chart import Chart
from cds_service.checks import CHECKS, Check
from cds_service.checks.registry import SAFETY  # its checks judge what any service would add
from cds_service.engine.concerns import Concern, concern_id, without_items
from cds_service.engine.run import Assessment, once, run
from cds_service.engine.verify import Judge, verified
from cds_service.findings import NotAssessed
from cds_service.knowledge import Knowledge

__all__ = ["Assessment", "Concern", "assess", "concern_id", "without_items"]

RECOGNITION = "not-assessed"  # the topic of what could not be looked at: no view leaves it out
BESIDE = ("monitor", "add", "record", "request")  # what leaves the order as it is


def assess(
    service: str,
    hook: str,
    chart: Chart,
    knowledge: Knowledge,
    checks: Mapping[str, Check] = CHECKS,
    topics: Collection[str] = (),
) -> Assessment:
    """Everything that the checks of a service have to say about the orders of a hook call.

    `topics`: only these are spoken of, and whether the order was recognised; what is proposed is judged by all checks.
    When every check raises, nothing was looked at, and the last error goes up.
    """
    mine = [check for check in checks.values() if check.service == service and hook in check.hooks]
    spoken = [check for check in mine if not topics or check.topic in topics or check.topic == RECOGNITION]
    first = run(spoken, chart, knowledge)
    if chart.entered:
        return _about_entries(first, chart)
    safety = [check for check in checks.values() if check.service == SAFETY]
    of_changes, of_additions = Judge(mine, chart, knowledge), Judge(safety, chart, knowledge)
    apart = (_without_changes(one, chart.shared) for one in first.concerns)
    concerns = (replace(one, finding=verified(one.finding, of_changes, of_additions)) for one in apart)
    return replace(first, concerns=tuple(concerns))


def _without_changes(concern: Concern, shared: frozenset[str]) -> Concern:
    """The concern without proposals that would rewrite or cancel a text of several drugs for the sake of one."""
    finding = concern.finding
    if finding.subject.reference not in shared:
        return concern
    kept = tuple(one for one in finding.proposals if one.intent in BESIDE)
    return replace(concern, finding=replace(finding, proposals=kept))


def _about_entries(first: Assessment, chart: Chart) -> Assessment:
    """Only what the new allergy or problems bring: the old ones were spoken of when their drugs were ordered.

    The drugs are taken already, so nothing is offered to be cancelled: stopping is a decision of its own.
    """
    concerns = [
        replace(one, finding=replace(one.finding, proposals=()))
        for one in first.concerns
        if any(fact.origin.reference in chart.entered for fact in one.finding.facts)
    ]
    missing = [note for note in first.not_assessed if note.prominent == "warning"]
    missing += [NotAssessed(reason, topic=RECOGNITION, prominent="info") for reason in _not_understood(chart)]
    if not chart.medications.known:
        reason = f"medication list {chart.medications.missing}: what is entered was not checked against it"
        missing.append(NotAssessed(reason, topic=RECOGNITION, prominent="warning"))
    return replace(first, concerns=tuple(concerns), not_assessed=once(missing))


def _not_understood(chart: Chart) -> Iterable[str]:
    """New allergies that name nothing we know. A problem that means nothing to our tables is no gap of its own."""
    new = (one for one in chart.allergies.items if one.reference in chart.entered and one.problem)
    return (f"allergy {one.label!r}: {one.problem}; it was not checked against the medications" for one in new)
