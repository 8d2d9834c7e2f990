"""The state of a checklist item: met, unmet, not known, or recorded as declined, contraindicated or immune.

Only what is coded, dated and inside the window proves that something was done. A list that did not come, goes on, or
holds an entry that may be the proof and cannot be used leaves it unknown; so does a proof that may stand elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cds_service.chart.care.done import Done, DoneRecord
from cds_service.chart.dates import age_in_years
from cds_service.checks.care_fitting import Fitting, Subject
from cds_service.facts import Fact
from cds_service.findings import ItemState
from cds_service.knowledge.kinds.care_items import GROUP, CareItem
from cds_service.knowledge.kinds.care_sets import CareSet
from cds_service.knowledge.kinds.conditions import Condition
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.knowledge.proofs import Proof, Window
from cds_service.terminology.conditions import Code
from cds_service.terminology.observables import OBSERVED_UNDER
from cds_service.terminology.systems import KEYS, LOINC

_CLOCKS = timedelta(days=1)  # by which two may differ
_DECLINED_FOR = timedelta(days=365)  # after which somebody may ask again
_KNOWN_SYSTEMS = frozenset(KEYS.values())


@dataclass(frozen=True, slots=True)
class Looked:
    """What became of a part of a proof, an alternative, or an item; `found` are the entries that were looked at."""

    state: ItemState
    why: str
    facts: tuple[Fact, ...] = ()
    found: tuple[Done, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part of a proof is looked for."""

    record: DoneRecord
    label: str
    codes: frozenset[Code]
    names: frozenset[str]
    under: tuple[str, ...]


def look(subject: Subject, fits: Fitting) -> Looked:
    """The state of an item that fits."""
    row = fits.row
    looked = [_alternative([_part(subject, part) for part in parts]) for parts in row.proof]
    met = next((one for one in looked if one.state == "met"), None)
    if met:
        return met
    aside = _set_aside(subject, row, [entry for one in looked for entry in one.found])
    if aside:
        return aside
    if fits.doubt:
        return Looked("unknown", fits.doubt)
    unknown = next((one for one in looked if one.state == "unknown"), None)
    said = unknown or Looked("unmet", "; ".join(dict.fromkeys(one.why for one in looked)), _facts(looked))
    if said.state == "unknown":
        return said
    if row.elsewhere:
        return Looked("unknown", f"{said.why}; it may stand in {row.elsewhere}, which are not read", said.facts)
    if row.unless and not subject.chart.problems.known:
        return Looked("unknown", "the problem list is not known, which may say that it is pointless", said.facts)
    return said


def _alternative(parts: Sequence[Looked]) -> Looked:
    """All parts are needed: one that is not there decides, then one that nobody knows."""
    found = tuple(entry for one in parts for entry in one.found)
    for state in ("unmet", "unknown"):
        short = [one for one in parts if one.state == state]
        if short:
            return Looked(short[0].state, "; ".join(one.why for one in short), _facts(short), found)
    return Looked("met", "; ".join(one.why for one in parts), _facts(parts), found)


def _facts(looked: Iterable[Looked]) -> tuple[Fact, ...]:
    return tuple(dict.fromkeys(fact for one in looked for fact in one.facts))


def _part(subject: Subject, part: Proof) -> Looked:
    if part.kind == "taking":
        return _taking(subject, part.key)
    if part.kind == "problem":
        return _on_list(subject, part.key)
    assert part.window is not None  # the loader requires it
    place = _place(subject, part)
    lacking = [key for key in place.under if not place.record.lists[key].known]
    found = place.record.of(place.codes, place.names, place.under)
    since = part.window.since(subject.chart.today, _pregnant_days(subject))
    looked = _within(subject, part, part.window, place, found, since)
    if looked.state == "met" or not lacking:
        return looked
    how = {place.record.lists[key].state for key in lacking}
    said = "could not be read" if "failed" in how else "were not supplied"
    return Looked("unknown", f"{' and '.join(lacking)} {said}", looked.facts, found)


def _place(subject: Subject, part: Proof) -> _Place:
    care = subject.chart.care
    if part.kind == "test":
        monitor = subject.knowledge.keyed(Monitor)[part.key]
        codes = frozenset((LOINC, code) for code in monitor.codes)
        return _Place(care.observations, monitor.label, codes, frozenset(), ("labs",))
    row = subject.knowledge.keyed(CareSet)[part.key]
    records = {"immunization": care.immunizations, "procedure": care.procedures, "observation": care.observations}
    under = tuple(key for place in row.under for key in OBSERVED_UNDER[place]) or (f"{row.kind}s",)
    return _Place(records[row.kind], row.label, row.codes, row.names, under)


def _within(subject: Subject, part: Proof, window: Window, place: _Place, found: Sequence[Done], since: date) -> Looked:
    today = subject.chart.today
    since = max(since, _birthday(subject, part.from_age))
    done = [one for one in found if not one.refused]
    good = [one for one in done if not one.problem and one.on and since <= one.on <= today + _CLOCKS]
    by_day = {one.on: one for one in reversed(good)}
    newest = tuple(one for _, one in sorted(by_day.items(), key=lambda pair: str(pair[0]), reverse=True))
    proof = newest[: part.doses]
    if len(newest) >= part.doses and not (part.from_age and subject.chart.patient.born is None):
        return Looked("met", ", ".join(map(_shown, proof)), tuple(one.fact() for one in proof), tuple(found))
    doubt = _doubt(place, done, since, today) or _goes_on(place, since)
    last = next((one for one in done if one.on and not one.problem and one.on <= today + _CLOCKS), None)
    facts = tuple(one.fact() for one in newest) or ((last.fact("too old to count"),) if last else ())
    if doubt:
        return Looked("unknown", doubt, facts, tuple(found))
    return Looked("unmet", _lacks(part, window, place, newest, last), facts, tuple(found))


def _lacks(part: Proof, window: Window, place: _Place, newest: Sequence[Done], last: Done | None) -> str:
    if part.doses > 1 and newest:
        return f"{len(newest)} of {part.doses} doses, the last on {newest[0].on}"
    if last:
        return f"last {_shown(last)}, none {window.words}"
    size = place.record.size(place.under)
    return (
        f"no {place.label} {window.words} among {size} {place.record.what}"
        if size
        else (f"no {place.record.what} on record")
    )


def _shown(one: Done) -> str:
    return f"{one.on}" if one.shown in ("given", "done", "resulted") else f"{one.shown} on {one.on}"


def _doubt(place: _Place, done: Sequence[Done], since: date, today: date) -> str:
    """An entry that may be the proof, and cannot be used."""
    for one in done:
        if one.problem and (one.latest is None or one.latest >= since):
            return f"{one.label}: {one.problem}"
        if one.on is None:
            return f"{one.label} has no date"
        if one.on > today + _CLOCKS:
            return f"{one.label} is dated {one.on}, in the future: check date"
        if one.on < since and one.latest and one.latest >= since:
            return f"{one.label} is dated no closer than {one.on.year}"
    if place.record.element == "code" and place.under == ("procedures",):
        strange = place.record.unreadable(place.under, since, _KNOWN_SYSTEMS)
        if strange:
            return f"{len(strange)} procedure{'s are' if len(strange) > 1 else ' is'} coded in a system not known here"
    return ""


def _goes_on(place: _Place, since: date) -> str:
    short = [key for key in place.under if place.record.lists[key].known and not place.record.reaches(key, since)]
    return f"{short[0]} have further entries that were not supplied" if short else ""


def _birthday(subject: Subject, years: int) -> date:
    born = subject.chart.patient.born
    if not years or born is None:
        return date.min
    day = born.replace(year=born.year + years, day=min(born.day, 28) if born.month == 2 else born.day)
    return day if (age_in_years(born, day) or 0) >= years else day + timedelta(days=1)


def _pregnant_days(subject: Subject) -> int | None:
    week = subject.pregnancy.week
    return None if week is None else week * 7 + 6


def _taking(subject: Subject, key: str) -> Looked:
    medications, label = subject.chart.medications, subject.knowledge.names.label(key)
    medication = subject.taken.get(key)
    if medication and not medication.origin.is_read:
        return Looked("met", medication.ref.text[:60], (medication.fact("Current medication"),))
    if not medications.known:
        return Looked("unknown", f"the medication list {medications.missing}")
    if medication:
        fact = medication.fact("Current medication")
        return Looked("unknown", f"{label} was only read from text, and nobody has confirmed it", (fact,))
    current = [one for one in medications.items if one.ended is None]
    strange = [one for one in current if not one.drugs]
    if strange or medications.notes:
        return Looked("unknown", f"{len(strange)} medications were not recognised" if strange else medications.notes[0])
    count = f"among {len(current)} medications" if current else "and no medication on the list"
    return Looked("unmet", f"no {label} {count}")


def _on_list(subject: Subject, key: str) -> Looked:
    problems, problem = subject.chart.problems, subject.problems.get(key)
    if problem and not problem.tentative and not problem.origin.is_read:
        return Looked("met", problem.label[:60], (problem.fact(),))
    if not problems.known:
        return Looked("unknown", f"the problem list {problems.missing}")
    label = subject.knowledge.keyed(Condition)[key.removeprefix("past:")].label
    return Looked("unmet", f"{label} is not on the problem list")


def _set_aside(subject: Subject, row: CareItem, found: Sequence[Done]) -> Looked | None:
    """An allergy against it, or the newest entry says why it was not done."""
    for allergy in subject.chart.allergies.items:
        keys = {key for drug in allergy.drugs for key in subject.knowledge.names.keys_of(drug.rxcui)}
        keys |= {GROUP + group for group in allergy.groups}
        if not keys.isdisjoint(row.allergens):
            kind = "intolerance" if allergy.is_intolerance else "allergy"
            return Looked("contraindicated", f"recorded {kind}: {allergy.label[:60]}", (allergy.fact(),))
    dated = [one for one in found if one.on and not one.problem]
    newest = max(dated, key=lambda one: one.on or date.min, default=None)
    state = _recorded(newest, subject.chart.today) if newest else None
    if newest is None or state is None:
        return None
    reason = f": {newest.why}" if newest.why else ""
    return Looked(state, f"{newest.label[:60]} not done on {newest.on}{reason}", (newest.fact(newest.why or None),))


def _recorded(entry: Done, today: date) -> Literal["declined", "contraindicated", "immune"] | None:
    """A refusal of long ago is none any more; the other reasons stay."""
    if entry.refused == "declined":
        return "declined" if entry.on and entry.on >= today - _DECLINED_FOR else None
    if entry.refused in ("contraindicated", "immune"):
        return "contraindicated" if entry.refused == "contraindicated" else "immune"
    return None
