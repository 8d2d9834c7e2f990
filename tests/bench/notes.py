"""What reading notes finds: precision and recall on own notes with temptations, through the chart-reconciliation hook.

    python -m tests.bench.notes

Prints each miss and each false offer. The notes stand in `data/notes.yaml`; nobody outside has labelled them.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.hook_calls import note, patient_view
from tests.running_service import RunningService, in_this_process, migrated

SERVICE = "chart-reconciliation"
_DATA = Path(__file__).parent / "data" / "notes.yaml"
_KINDS = {"AllergyIntolerance": "allergy", "Condition": "condition", "MedicationStatement": "medication"}


def offered(service: RunningService, text: str) -> list[str]:
    """What is offered for a note when every list is known and empty, as `kind name`."""
    return list(_named(service.ask(patient_view(note(text)), SERVICE).cards))


def _named(cards: list[dict[str, Any]]) -> Iterator[str]:
    for card in cards:
        for suggestion in card.get("suggestions", []):
            resource = suggestion["actions"][0]["resource"]
            concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
            yield f"{_KINDS[resource['resourceType']]} {concept['text'].lower()}"


def judged(service: RunningService) -> Iterator[tuple[str, list[str], list[str], int]]:
    """Each note with what was missed, what was offered wrongly, and how many offers were right."""
    for row in yaml.safe_load(_DATA.read_text(encoding="utf-8")):
        wanted, found = list(row["expect"]), offered(service, row["text"])
        matched = [(w, f) for w in wanted for f in found if _same(w, f)]
        missed = [one for one in wanted if all(one != w for w, _ in matched)]
        yield row["text"], missed, [one for one in found if all(one != f for _, f in matched)], len(matched)


def _same(wanted: str, found: str) -> bool:
    """Of one kind, and one name within the other: "gout" and "gout, unspecified"."""
    (kind, _, name), (other, _, said) = wanted.partition(" "), found.partition(" ")
    return kind == other and (name in said or said in name)


def main() -> None:
    logging.disable(logging.CRITICAL)
    with in_this_process(migrated(Path(tempfile.mkdtemp()), CLIENT_AUTH="off")) as service:
        results = list(judged(service))
    for text, missed, wrong, _ in results:
        if missed or wrong:
            print(f"{text!r}: missed {missed}, wrong {wrong}")
    right = sum(count for *_, count in results)
    missed, wrong = sum(len(one) for _, one, _, _ in results), sum(len(one) for _, _, one, _ in results)
    print(f"{len(results)} notes: precision {right / (right + wrong):.3f}, recall {right / (right + missed):.3f}")


if __name__ == "__main__":
    main()
