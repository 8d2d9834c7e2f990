"""Observations that say something in a word or a date: pregnancy status, a pregnancy test, a delivery date, an allele.

Read when a check first asks: most calls never do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from cds_service.chart.dates import day_of, moment_of
from cds_service.chart.fhir_json import Resource, codings, label_of, labels_of, modified, number, obj, reference, text
from cds_service.chart.supplied import Supplied
from cds_service.facts import Fact, Origin
from cds_service.terminology.stated_results import BY_LOINC, BY_NAME, NO, NO_WORDS, STATED, YES, YES_WORDS
from cds_service.terminology.systems import LOINC

Answer = Literal["yes", "no", "unclear"]

_VALID = frozenset({"final", "amended", "corrected", "preliminary"})


@dataclass(frozen=True, slots=True)
class Stated:
    """`answer` is what a word says; `day` what a date says; `value` a number as sent, with its unit in `unit`."""

    kind: str
    label: str
    shown: str
    origin: Origin
    at: datetime | None
    answer: Answer = "unclear"
    day: date | None = None
    value: float | None = None
    unit: str = ""

    @property
    def on(self) -> date | None:
        return self.at.date() if self.at else None

    def fact(self, note: str | None = None) -> Fact:
        return Fact(self.label, self.shown, self.origin, self.on, note)


@dataclass(frozen=True)
class StatedResults:
    """What observations say in words, under whatever prefetch keys they came."""

    supplied: tuple[Supplied, ...] = field(default=(), repr=False)

    def of(self, kind: str) -> tuple[Stated, ...]:
        """Newest first; those without a date last."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[str, tuple[Stated, ...]]:
        found: defaultdict[str, list[Stated]] = defaultdict(list)
        for one in (one for supplied in self.supplied for one in _read(supplied)):
            found[one.kind].append(one)
        return {kind: tuple(sorted(each, key=lambda s: str(s.at or ""), reverse=True)) for kind, each in found.items()}


def _read(supplied: Supplied) -> Iterator[Stated]:
    for resource in supplied.resources:
        if resource.get("resourceType") == "Observation" and text(resource.get("status")) in _VALID:
            kind = None if modified(resource) else _kind(resource)
            if kind:
                yield _stated(resource, kind)


def _kind(resource: Resource) -> str | None:
    for system, code, _ in codings(resource.get("code")):
        if system == LOINC and code in BY_LOINC:
            return BY_LOINC[code]
    if obj(resource.get("valueQuantity")):
        return None
    labels = labels_of(resource.get("code"))
    named = (kind for kind, name in BY_NAME.items() if any(name.search(label) for label in labels))
    return next(named, None)


def _stated(resource: Resource, kind: str) -> Stated:
    value, quantity = resource.get("valueCodeableConcept"), obj(resource.get("valueQuantity"))
    when = resource.get("valueDateTime")
    words = label_of(value) or text(resource.get("valueString")) or text(when)
    unit = text(quantity.get("code")) or text(quantity.get("unit"))
    measured = number(quantity.get("value"))
    shown = words or (f"{measured:g} {unit}".strip() if measured is not None else "no value")
    return Stated(
        kind=kind,
        label=STATED[kind],
        shown=shown[:60],
        origin=Origin("coded", reference(resource)),
        at=next(filter(None, (moment_of(resource.get(name)) for name in ("effectiveDateTime", "issued"))), None),
        answer=_answer(frozenset(code for _, code, _ in codings(value)), words),
        day=day_of(when) or day_of(words),
        value=measured,
        unit=unit,
    )


def _answer(found: frozenset[str], words: str) -> Answer:
    if found & YES or found & NO:
        return "unclear" if found & YES and found & NO else "yes" if found & YES else "no"
    if NO_WORDS.search(words):
        return "no"
    return "yes" if YES_WORDS.search(words) else "unclear"
