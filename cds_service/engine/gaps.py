"""Where the tables have nothing to say about an ordered drug, so that silence never poses as coverage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cds_service.chart import Chart
from cds_service.checks import Check
from cds_service.findings import NotAssessed, not_covered
from cds_service.knowledge import COVERED_TOPICS, Knowledge
from cds_service.terminology.vocabulary import Drug


def uncovered(checks: Iterable[Check], chart: Chart, knowledge: Knowledge) -> Iterable[NotAssessed]:
    """Cells of the coverage matrix in which nobody has looked yet, or where the sources give no advice; a drug without
    any coverage asks for a card."""
    mine = {check.topic for check in checks}
    topics = tuple(topic for topic in COVERED_TOPICS if topic in mine)
    gaps = knowledge.remembered(_gaps)
    for order in chart.orders if topics and not chart.entered else ():
        yield from (replace(gap, subject=order.ref) for gap in gaps((order.drugs, topics)))


def _gaps(knowledge: Knowledge, asked: tuple[tuple[Drug, ...], tuple[str, ...]]) -> tuple[NotAssessed, ...]:
    """What is said of some drugs together, topic by topic, in whichever order they stand."""
    drugs, topics = asked
    # Not only in the topics that are asked about here: a view of one topic must not call metformin unknown.
    unknown = (one for one in drugs if all(knowledge.coverage(one, it) == "not-covered" for it in COVERED_TOPICS))
    said = [
        NotAssessed(f"{drug.name} is not covered by our tables yet", None, "not-assessed", "info") for drug in unknown
    ]
    for topic in topics:
        names = [drug.name for drug in drugs if knowledge.coverage(drug, topic) == "not-covered"]
        said += [NotAssessed(not_covered(names, topic), topic=topic, uncovered=tuple(names))] if names else []
        notes = ((drug.name, knowledge.no_guidance(drug, topic)) for drug in drugs)
        said += [NotAssessed(f"{name}: {note}", topic=topic) for name, note in notes if note]
    return tuple(said)
