"""Orders and statements of a stay, looked up by their ingredients: a hostile list may be long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from cds_service.chart.medications.stay import Course
from cds_service.checks.pairs.doubling import apart


class Entries:
    """Some orders and statements, in their order."""

    def __init__(self, courses: Iterable[Course]) -> None:
        self._all = tuple(courses)
        self._by_drugs: defaultdict[frozenset[str], list[Course]] = defaultdict(list)
        for one in self._all:
            self._by_drugs[drugs_of(one)].append(one)

    def __iter__(self) -> Iterator[Course]:
        return iter(self._all)

    def alike(self, one: Course) -> list[Course]:
        """Others of the same ingredients, given in a way that is not another."""
        same = self._by_drugs.get(drugs_of(one), ())
        return [other for other in same if other.reference != one.reference and not _given_apart(one, other)]

    def once(self) -> list[Course]:
        """The first of each medicine."""
        kept: defaultdict[frozenset[str], list[Course]] = defaultdict(list)
        for one in self._all:
            if all(_given_apart(one, other) for other in kept[drugs_of(one)]):
                kept[drugs_of(one)].append(one)
        return [one for mine in kept.values() for one in mine]


def drugs_of(one: Course) -> frozenset[str]:
    return one.medication.rxcuis or frozenset({name_of(one).lower()})


def name_of(one: Course) -> str:
    return " and ".join(drug.name for drug in one.medication.drugs) or one.medication.ref.text


def newest(one: Course) -> tuple[date, str]:
    return one.on or one.medication.on or date.min, one.reference


def _given_apart(one: Course, other: Course) -> bool:
    return bool(one.medication.routes and other.medication.routes) and apart(one.medication, other.medication)
