"""A label's contraindication that names a condition of our value sets -> a drafted drug-disease row."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.knowledge.drafting import Kind, Sentence
from cds_service.knowledge.kinds.conditions import Condition
from cds_service.knowledge.kinds.drug_disease import DrugDiseaseRow
from cds_service.knowledge.knowledge import Knowledge

COLUMNS = tuple(
    """id drugs except routes max_daily_dose dose_unit conditions unless from_age harm display summary management
    alternatives source locator supports review""".split()  # noqa: SIM905
)


def draft(sentence: Sentence, knowledge: Knowledge) -> Iterator[dict[str, str]]:
    """One for each condition that no row of ours holds against the drug."""
    known = {key for row in knowledge.for_drug(DrugDiseaseRow, sentence.drug) for key in row.conditions}
    meant = knowledge.vocabulary.conditions.of((), (sentence.text,))
    for now, key in [(True, key) for key in sorted(meant.now)] + [(False, key) for key in sorted(meant.past)]:
        condition = key if now else f"past:{key}"
        if key in known or condition in known:
            continue
        yield {
            "drugs": sentence.drug.name,
            "conditions": condition,
            "harm": "contraindicated",
            "display": "critical",
            "summary": f"is contraindicated in {knowledge.keyed(Condition)[key].label}, by its label",
            "management": "Read what the label says; choose another drug.",
        }


KIND = Kind(DrugDiseaseRow.table, COLUMNS, frozenset({"contraindications"}), draft)
