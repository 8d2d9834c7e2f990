"""What was done for a patient and when: one entry of a record, and the record with what is known of it.

Entries are read from their resources when somebody asks for their code; a chart holds a hundred results of which a
checklist asks for ten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from cds_service.chart.fhir_json import Resource, codings, labels_of, reference, text
from cds_service.chart.supplied import ABSENT, Supplied
from cds_service.facts import Fact, Origin
from cds_service.terminology.conditions import Code

Refusal = Literal["", "declined", "contraindicated", "immune", "not-done"]
_DECLINED = frozenset({"PATOBJ", "PHILISOP", "RELIG", "105480006", "183945002", "591000119102", "310376006"})
_CONTRAINDICATED = frozenset({"MEDPREC", "VACSAF", "183932001", "397745006"})
_IMMUNE = frozenset({"IMMUNE", "371113008"})
_CODES: Mapping[Refusal, frozenset[str]] = {
    "declined": _DECLINED,
    "contraindicated": _CONTRAINDICATED,
    "immune": _IMMUNE,
}


@dataclass(frozen=True, slots=True)
class Done:
    """One entry. `on` is its day, `latest` the last day that a partial date may mean; both None without a date.

    `refused`: the entry says that it was not done, and why in `why`. `problem`: why it cannot be used, although it may
    be what somebody looks for.
    """

    label: str
    shown: str
    reference: str
    on: date | None
    latest: date | None
    refused: Refusal = ""
    why: str = ""
    problem: str = ""

    def fact(self, note: str | None = None) -> Fact:
        return Fact(self.label, self.shown, Origin("coded", self.reference), self.on, note or self.problem or None)


@dataclass(frozen=True)
class DoneRecord:
    """The entries under some prefetch keys. `what` names them in a sentence ("immunizations"), `types` are the resource
    types they may have, `element` holds the code, `read` makes an entry; None: it says nothing."""

    what: str
    keys: Mapping[str, Supplied] = field(repr=False)
    types: frozenset[str]
    element: str
    read: Callable[[Resource], Done | None] = field(repr=False)

    @cached_property
    def lists(self) -> Mapping[str, Supplied]:
        """By key; one that holds other things alone answered another question, and counts as failed."""
        return {key: supplied.only(self.types, self.what)[0] for key, supplied in self.keys.items()}

    def of(self, codes: Collection[Code], names: Collection[str], under: Collection[str]) -> tuple[Done, ...]:
        """The entries under these keys that carry one of the codes or exactly one of the names (lower case, one blank
        between words), newest first."""
        found: dict[int, Resource] = {}
        for key in under:
            coded, named = self._index.get(key, ({}, {}))
            for code in codes:
                found |= {id(one): one for one in coded.get(code, ())}
            for name in names:
                found |= {id(one): one for one in named.get(name, ())}
        entries = (self.read(resource) for resource in found.values())
        return tuple(sorted((one for one in entries if one), key=lambda one: one.on or date.min, reverse=True))

    def size(self, under: Collection[str]) -> int:
        return sum(len(self.lists[key].resources) for key in under if key in self.lists)

    def unreadable(self, under: Collection[str], since: date, known: Collection[str]) -> tuple[Done, ...]:
        """Entries since a day that carry no code of the `known` systems: nobody can say what was done."""
        without = [one for key in under for one in self._uncoded(key, known)]
        entries = (self.read(resource) for resource in without)
        return tuple(one for one in entries if one and not one.refused and (one.latest is None or one.latest >= since))

    def reaches(self, key: str, since: date) -> bool:
        """Whether a list that goes on is known to hold all since a day: it is sorted, newest first, and goes further
        back. Of one that may lack entries for another reason nobody knows."""
        supplied = self.lists[key]
        if supplied.complete:
            return True
        days = [one.on for one in map(self.read, supplied.resources) if one]
        if supplied.note or not days or None in days:
            return False
        known = [day for day in days if day]
        return known == sorted(known, reverse=True) and known[-1] < since

    def _uncoded(self, key: str, known: Collection[str]) -> list[Resource]:
        supplied = self.lists.get(key, ABSENT)
        return [
            one
            for one in supplied.resources
            if not any(system in known for system, _, _ in codings(one.get(self.element)))
        ]

    @cached_property
    def _index(self) -> Mapping[str, tuple[Mapping[Code, list[Resource]], Mapping[str, list[Resource]]]]:
        return {key: self._indexed(supplied) for key, supplied in self.lists.items()}

    def _indexed(self, supplied: Supplied) -> tuple[Mapping[Code, list[Resource]], Mapping[str, list[Resource]]]:
        coded: defaultdict[Code, list[Resource]] = defaultdict(list)
        named: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in supplied.resources:
            concept = resource.get(self.element)
            for system, code, _ in codings(concept):
                coded[system, code].append(resource)
            for label in labels_of(concept):
                named[" ".join(label.lower().split())].append(resource)
        return coded, named


def refusal(codes: Collection[str], words: str) -> Refusal:
    """Why something was not done, from the codes and the words of its reason."""
    for kind, known in _CODES.items():
        if not known.isdisjoint(codes):
            return kind
    said = words.lower()
    if any(word in said for word in ("declin", "refus", "objection")):
        return "declined"
    if any(word in said for word in ("contraindic", "allerg", "medical precaution")):
        return "contraindicated"
    return "immune" if "immun" in said and "compromis" not in said and "deficien" not in said else "not-done"


def named(resource: Resource, concept: object, otherwise: str) -> str:
    """What a person reads as the name of an entry."""
    return next(iter(labels_of(concept)), otherwise)[:80] or reference(resource)


def short_text(value: object, limit: int = 60) -> str:
    return text(value)[:limit]
