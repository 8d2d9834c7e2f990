"""How often the problem that a label names is found among ten MeSH headings: `python -m tests.bench.indications`.

Reads LabeledIn (Khare, Li and Lu 2014; NCBI, public domain): the indication sections of 500 labels, with what experts
marked in them. Each drug is asked once for each heading that one of its labels is marked with, beside nine headings
drawn with a fixed seed from those that share no word with what its labels are marked with; and once with ten of those,
where none fits. A marking is no approval (a label's "not for X" and "in patients with X" are marked too), so the best
possible share is not 1.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cds_service.models import load_models
from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from model_export.indications.evaluation import chosen

DATA = Path("../shared/data/labeledin.jsonl.gz")
_CANDIDATES = 10
_SAY_LITTLE = {"disea", "disor", "syndr", "chron", "acute", "human", "type"}


def main() -> None:
    """Print the counts, and with --missed so many of what was not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--missed", type=int, default=0, help="how many misses to print")
    options = parser.parse_args()
    marked = marked_by_drug(options.data)
    settings = Settings.from_env({})
    knowledge = knowledge_of(settings)
    models = load_models(settings, knowledge.vocabulary.names())
    found: Counter[str] = Counter()
    missed = []
    for drug, gold, candidates in questions(marked):
        said = chosen(knowledge, models, drug, candidates)
        outcome = _outcome(gold, said)
        found[outcome] += 1
        if outcome != "right" and gold is not None:
            missed.append(f"{drug}: {gold}; said {said}")
    pairs = found["right"] + found["another"] + found["none said"]
    print(f"{pairs} pairs: right {found['right'] / pairs:.3f}, another {found['another']}, none {found['none said']}")
    said_none = found["rightly none"] + found["none said"]
    print(
        f"none fits: precision {found['rightly none'] / said_none:.3f}, recall "
        f"{found['rightly none'] / (found['rightly none'] + found['wrongly one']):.3f} of {len(marked)}"
    )
    print("\n".join(missed[: options.missed]))


@dataclass(frozen=True)
class Marked:
    """What the labels of a drug are marked with: MeSH headings, and the words of all markings, cut to five letters."""

    headings: set[str] = field(default_factory=set)
    stems: set[str] = field(default_factory=set)


def marked_by_drug(data: Path) -> Mapping[str, Marked]:
    """The drug's name as a label has it -> what the labels of the same ingredients are marked with."""
    names: dict[tuple[str, ...], str] = {}
    marked: defaultdict[tuple[str, ...], Marked] = defaultdict(Marked)
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        for label in map(json.loads, lines):
            ingredients = tuple(sorted(label["ingredient_rxcuis"]))
            names.setdefault(ingredients, label["drug_name"])
            for one in label["indications"]:
                marked[ingredients].headings.update({one["name"]} - {""})
                marked[ingredients].stems.update(_stems(" ".join((one["name"], *one["mentions"]))))
    return {names[ingredients]: found for ingredients, found in marked.items() if found.headings}


def questions(marked: Mapping[str, Marked]) -> list[tuple[str, str | None, list[str]]]:
    """Drug, the heading to be found or None, and ten to choose from."""
    everything = sorted({heading for of_drug in marked.values() for heading in of_drug.headings})
    asked: list[tuple[str, str | None, list[str]]] = []
    for drug, own in sorted(marked.items()):
        draw = random.Random(drug)
        others = [heading for heading in everything if own.stems.isdisjoint(_stems(heading))]
        for gold in sorted(own.headings):
            candidates = [gold, *draw.sample(others, _CANDIDATES - 1)]
            draw.shuffle(candidates)
            asked.append((drug, gold, candidates))
        asked.append((drug, None, draw.sample(others, _CANDIDATES)))
    return asked


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[a-z]{4,}", text.lower())} - _SAY_LITTLE


def _outcome(gold: str | None, said: str | None) -> str:
    if gold is None:
        return "rightly none" if said is None else "wrongly one"
    if said is None:
        return "none said"
    return "right" if said == gold else "another"


if __name__ == "__main__":
    main()
