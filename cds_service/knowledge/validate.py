"""What must hold over all rows together: ids once, keys that exist, grades that agree; then what each kind asks."""

from __future__ import annotations

from cds_service.findings import DISPLAYS
from cds_service.knowledge.kinds.alternatives import Alternative
from cds_service.knowledge.knowledge import Knowledge
from cds_service.knowledge.rows import KINDS, Graded

LONGEST_SUMMARY = 90


def validate(knowledge: Knowledge) -> None:
    """Raise KnowledgeError at the first row that cannot stand, naming its file and line."""
    places: dict[str, str] = {}
    for row in knowledge.cited_rows():
        other = places.setdefault(row.id, row.place)
        row.require(other == row.place, f"id {row.id} is that of {other} too")
        row.require(row.source in knowledge.sources, f"source {row.source} is not in our tables")
    for graded in knowledge.graded_rows():
        _grading(graded, knowledge)
    for kind in KINDS.values():
        kind.check(knowledge)


def _grading(row: Graded, knowledge: Knowledge) -> None:
    unknown = [key for key in row.alternatives if key not in knowledge.keyed(Alternative)]
    row.require(not unknown, f"alternative {', '.join(unknown)} is not in our tables")
    louder = DISPLAYS.index(row.display) < DISPLAYS.index(row.loudest)
    row.require(not louder, f"display {row.display} is louder than harm {row.harm} allows")
    row.require(len(row.summary) <= LONGEST_SUMMARY, f"summary is over {LONGEST_SUMMARY} characters")
