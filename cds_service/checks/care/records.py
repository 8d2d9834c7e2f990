"""A proof that lies in the records of what was done: results, immunizations, procedures, screenings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cds_service.chart.care.done import Done, DoneRecord
from cds_service.chart.dates import age_in_years
from cds_service.checks.care.looked import Looked
from cds_service.checks.care.subject import Subject
from cds_service.knowledge.kinds.care_sets import CareSet
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.knowledge.proofs import Proof, Window
from cds_service.terminology.conditions import Code
from cds_service.terminology.counting import counted
from cds_service.terminology.observables import OBSERVED_UNDER
from cds_service.terminology.systems import KEYS, LOINC

_CLOCKS = timedelta(days=1)  # by which two may differ
_KNOWN_SYSTEMS = frozenset(KEYS.values())


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part of a proof is looked for."""

    record: DoneRecord
    label: str
    codes: frozenset[Code]
    names: frozenset[str]
    under: tuple[str, ...]


def in_records(subject: Subject, part: Proof, window: Window) -> Looked:
    """Whether enough was done inside the window; unknown where a list of it did not come and none is found."""
    place = _place(subject, part)
    lacking = [key for key in place.under if not place.record.lists[key].known]
    found = place.record.of(place.codes, place.names, place.under)
    since = window.since(subject.chart.today, _pregnant_days(subject))
    looked = _within(subject, part, window, place, found, since)
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
    lacking = (part.key,) if part.kind == "test" else ()
    return Looked("unmet", _lacks(part, window, place, newest, last), facts, tuple(found), lacking)


def _lacks(part: Proof, window: Window, place: _Place, newest: Sequence[Done], last: Done | None) -> str:
    if part.doses > 1 and newest:
        return f"{len(newest)} of {counted(part.doses, 'dose')}, the last on {newest[0].on}"
    if last:
        return f"last {_shown(last)}, none {window.words}"
    what, size = place.record.what, place.record.size(place.under)
    if not size:
        return f"no {what} on record"
    return f"no {place.label} {window.words} among {counted(size, what.removesuffix('s'), what)}"


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
            return f"{counted(len(strange), 'procedure is', 'procedures are')} coded in a system not known here"
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
