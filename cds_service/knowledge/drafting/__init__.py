"""Sentences of an imported label -> rows drafted for review, one file for each kind of row.

A draft says what the label's own sentence says, with its place; it is no row: nothing fires until somebody at the site
has read it and approved it. Only what our tables lack is drafted. Labels of several ingredients draft nothing: which of
them a sentence means cannot be told.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from cds_service.knowledge.knowledge import Knowledge
from cds_service.knowledge.passages import Passage
from cds_service.terminology.vocabulary import Drug

SHORTEST, LONGEST = 20, 400  # characters of a sentence; a longer one is a list that was flattened
_END = re.compile(r"(?<=[.;!?])\s+(?=[A-Z0-9(•])|\s*•\s*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a label of one ingredient; `section` is the label's ("drug_interactions")."""

    text: str
    section: str
    drug: Drug


@dataclass(frozen=True, slots=True)
class Draft:
    """`cells`: every column of `table`, ready to stand in a site's file; `drugs`: names that it speaks of."""

    id: str
    table: str
    cells: Mapping[str, str]
    drugs: tuple[str, ...]
    quote: str


Drafter = Callable[[Sentence, Knowledge], Iterator[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`draft` yields cells without those of the citation; `columns` of its table in their order."""

    table: str
    columns: tuple[str, ...]
    sections: frozenset[str]
    draft: Drafter


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind of row that is drafted, found by this folder."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return tuple(module.KIND for module in modules)


def drafts(passage: Passage, knowledge: Knowledge) -> Iterator[Draft]:
    """What the sentences of a passage would add to the tables."""
    if len(passage.drugs) != 1 or passage.drugs[0] not in knowledge.names.drugs:
        return
    drug = knowledge.names.drugs[passage.drugs[0]]
    told = [kind for kind in kinds() if passage.section in kind.sections]
    texts = (text for text in map(str.strip, _END.split(passage.text)) if SHORTEST <= len(text) <= LONGEST)
    for text, kind in product(texts, told):
        for cells in kind.draft(Sentence(text, passage.section, drug), knowledge):
            yield _cited(kind, cells, passage, text, drug)


def _cited(kind: Kind, cells: dict[str, str], passage: Passage, text: str, drug: Drug) -> Draft:
    place = f"{passage.source['identifier']}, version {passage.version}: {passage.locator or passage.section}"
    said = {"source": "us-labels", "locator": place, "supports": f'The label says: "{text}"', "review": "unreviewed"}
    name = hashlib.sha256("\n".join((kind.table, passage.id, *cells.values(), text)).encode()).hexdigest()[:12]
    row = {column: {**cells, **said}.get(column, "") for column in kind.columns}
    row["id"] = f"label-{name}"
    drugs = {drug.name, *(cells[side] for side in ("a", "b") if side in cells)}
    return Draft(row["id"], kind.table, row, tuple(sorted(drugs)), text)


def grave(text: str) -> tuple[str, str]:
    """(harm, display) that the words of a sentence speak for; a reviewer decides."""
    lowered = text.lower()
    if "contraindicated" in lowered or "must not" in lowered:
        return "contraindicated", "critical"
    if re.search(r"\b(?:avoid|not recommended|do not|should not)\b", lowered):
        return "major", "warning"
    return "moderate", "info"
