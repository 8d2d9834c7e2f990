"""What reading notes finds: precision and recall on own notes with temptations, through the chart-reconciliation hook.

    python -m tests.bench.notes [--quiet]

Prints each miss and each false offer, the figures by kind and by file, and how often an offer of each stated
probability was right. The notes stand in `data/notes/`; they are
our own, and nobody outside has labelled them.
"""

from __future__ import annotations

import logging
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.hook_calls import active, allergy, bundle, chart, note, patient_view, problem
from tests.running_service import RunningService, in_this_process, migrated

SERVICE = "chart-reconciliation"
DATA = Path(__file__).parent / "data" / "notes"
_KINDS = {"AllergyIntolerance": "allergy", "Condition": "condition", "MedicationStatement": "medication"}
_LISTS = {"allergies": allergy, "medications": active, "problems": problem}


@dataclass(frozen=True)
class Judged:
    """One note: what was offered or asked and should be (`right`), should not (`wrong`), and what was `missed`."""

    file: str
    text: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    missed: tuple[str, ...]


def judged(service: RunningService) -> Iterator[Judged]:
    """Every note; one file after the other."""
    for path in sorted(DATA.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield _judged(path.stem, row, list(_answered(service, row)))


def _answered(service: RunningService, row: Mapping[str, Any]) -> Iterator[str]:
    """What is offered, as `kind name`, and what is asked, as `question` and the card's words."""
    for card in _cards(service, row):
        if not card.get("suggestions"):
            yield f"question {card['summary'].lower()}"
    yield from map(_said, _offered(service, row))


def _offered(service: RunningService, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for card in _cards(service, row):
        yield from (suggestion["actions"][0]["resource"] for suggestion in card.get("suggestions", []))


def _said(resource: Mapping[str, Any]) -> str:
    concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    names = (concept["text"], *(one.get("display", "") for one in concept.get("coding", [])))
    return f"{_KINDS[resource['resourceType']]} {' '.join(names).lower().strip()}"


def _cards(service: RunningService, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = {
        key: bundle(*(_LISTS[key](text, number) for number, text in enumerate(texts, 1)))
        for key, texts in row.get("lists", {}).items()
    }
    read = note(row["text"], kind=row.get("form", "text/plain"))
    return service.ask(patient_view(read, prefetch=chart(**listed)), SERVICE).cards


def calibration(service: RunningService) -> dict[tuple[str, str], tuple[int, int]]:
    """(kind, probability as its resource states it) -> offers that were right or may be made, and all of them."""
    counted: dict[tuple[str, str], list[bool]] = {}
    for path in sorted(DATA.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            fair = [*row.get("expect", []), *row.get("either", [])]
            for resource in _offered(service, row):
                stated = re.search(r"probability (0\.\d+)", resource["note"][0]["text"])
                assert stated, "an offer states how sure it is"
                key = (_KINDS[resource["resourceType"]], stated[1])
                counted.setdefault(key, []).append(_among(_said(resource), fair))
    return {key: (sum(found), len(found)) for key, found in counted.items()}


def _judged(file: str, row: Mapping[str, Any], found: list[str]) -> Judged:
    wanted = [*row.get("expect", []), *(f"question {one}" for one in row.get("asks", []))]
    allowed = [*row.get("either", []), *(["question "] if row.get("any_asks") else [])]
    right = tuple(one for one in found if _among(one, wanted))
    wrong = tuple(one for one in found if not _among(one, (*wanted, *allowed)))
    missed = tuple(one for one in wanted if not any(_same(one, other) for other in found))
    return Judged(file, row["text"], right, wrong, missed)


def _among(found: str, wanted: Iterable[str]) -> bool:
    return any(_same(one, found) for one in wanted)


def _same(wanted: str, found: str) -> bool:
    """Of one kind, and one of the wanted names in the found one: "gout" and "gout, unspecified"."""
    (kind, _, names), (other, _, said) = wanted.partition(" "), found.partition(" ")
    return kind == other and any(name in said or said in name for name in names.split("|"))


def figures(results: Iterable[Judged]) -> dict[str, tuple[int, int, int]]:
    """(right, wrong, missed) by kind, by file, and of all."""
    counted: dict[str, Counter[str]] = {}
    for one in results:
        for how in ("right", "wrong", "missed"):
            for said in getattr(one, how):
                for group in ("all", one.file, said.partition(" ")[0]):
                    counted.setdefault(group, Counter())[how] += 1
    return {group: (found["right"], found["wrong"], found["missed"]) for group, found in counted.items()}


def shares(right: int, wrong: int, missed: int) -> tuple[float, float]:
    """Precision and recall; 1 where there was nothing to be right about."""
    return right / (right + wrong) if right + wrong else 1.0, right / (right + missed) if right + missed else 1.0


def main() -> None:
    logging.disable(logging.CRITICAL)
    with in_this_process(migrated(Path(tempfile.mkdtemp()), CLIENT_AUTH="off")) as service:
        results = list(judged(service))
        stated = calibration(service)
    for one in results if "--quiet" not in sys.argv else ():
        if one.missed or one.wrong:
            print(f"{one.file}: {one.text!r}\n    missed {list(one.missed)}\n    wrong {list(one.wrong)}")
    print(f"{len(results)} notes")
    for group, counts in sorted(figures(results).items(), key=lambda pair: pair[0] == "all"):
        precision, recall = shares(*counts)
        print(f"{group:14} precision {precision:.3f} recall {recall:.3f} (right, wrong, missed {counts})")
    for (kind, probability), (right, offered) in sorted(stated.items()):
        print(f"{kind:14} said to be {probability}: {right} of {offered} right")


if __name__ == "__main__":
    main()
