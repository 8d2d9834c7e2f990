"""What became of each medicine in a stay: told from the orders and statements before it and in it, never guessed.

A day that is not recorded decides nothing: what then cannot be told is unsure, or named as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from cds_service.chart.medications.stay import Course, Stay
from cds_service.checks.discharge.compare import compared
from cds_service.checks.discharge.entries import Entries, drugs_of, name_of
from cds_service.checks.discharge.lists import CURRENT, ENDED, TAKEN, Lists
from cds_service.checks.discharge.questions import (
    after_steps,
    earlier_end,
    end_question,
    given_once,
    not_taken,
    of_day,
    overdue,
    setting_question,
    unrecognised,
)
from cds_service.findings import MEDICINE_STATES, MedicineState
from cds_service.terminology.counting import listed


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the medicine of `course`; `before` are the entries of home that it was compared with, the newest
    first; `what` names what changed; `questions` are for the clinician."""

    state: MedicineState
    course: Course
    before: tuple[Course, ...] = ()
    what: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def changes(stay: Stay, today: date) -> list[Change]:
    """Every medicine of the stay's discharge, state by state, then by name."""
    lists = Lists(stay, today)
    going = list(_going(lists))
    found = [*going, *_held(lists), *_stopped(lists, going), *_unreconciled(lists)]
    return sorted(found, key=lambda one: (MEDICINE_STATES.index(one.state), name_of(one.course).lower()))


def _going(lists: Lists) -> Iterator[Change]:
    """What the patient is to take; an order from before the stay that one of the stay follows is not said again."""
    current, home = lists.current, lists.home
    replaced = {one.medication.replaces for one in current if lists.in_stay(one)}
    for one in current:
        followed = [other for other in current.alike(one) if lists.in_stay(other)]
        if lists.in_stay(one) is False and (followed or one.reference in replaced):
            continue
        tell = _kept if lists.in_stay(one) is False else _ordered
        yield tell(lists, one, home.alike(one))


def _kept(lists: Lists, one: Course, home: Sequence[Course]) -> Change:
    """An order from before the stay that still stands."""
    questions = [*overdue(one, lists.today), *not_taken(one, lists)]
    reported = (compared(one.medication, other.medication) for other in home if other.kind == "statement")
    if differ := next((found.differ for found in reported if found.differ), ()):
        questions.append(f"order and home list differ in {listed(list(differ))}: which is right?")
    return Change("continued", one, tuple(home), (), tuple(questions))


def _ordered(lists: Lists, one: Course, home: Sequence[Course]) -> Change:
    """An order of the stay, or of a day that is not known."""
    once = list(given_once(one))
    questions = [*(once or setting_question(one)), *unrecognised(one)]
    for other in home:
        if other.kind == "order" and other.status in CURRENT and one.medication.replaces != other.reference:
            questions.append(f"the earlier order{of_day(other.on)} is still active: end it, or both may be taken")
    if lists.in_stay(one) is None:
        why = "its order has no date" if lists.stay.on else "the day when the stay began is not known"
        return Change("unsure", one, tuple(home), (), (*questions, f"{why}: whether it is new is not known"))
    if once:
        return Change("unsure", one, tuple(home), (), tuple(questions))
    if home:
        return _against(one, home, [*questions, *not_taken(one, lists)])
    earlier = lists.undated.alike(one)
    if earlier:
        said = f"an earlier order{of_day(earlier[0].on)} ended on a day that is not recorded: is this new?"
        return Change("unsure", one, tuple(earlier), (), (*questions, said))
    if not one.medication.drugs:
        return Change("unsure", one, (), (), tuple(questions))
    return Change("new" if lists.knows_home else "ordered", one, (), (), tuple(questions))


def _against(one: Course, home: Sequence[Course], questions: list[str]) -> Change:
    """Compared with the newest entry of home whose dose can be compared. A home list that contradicts itself, or the
    orders before the stay, decides nothing."""
    pairs = [(other, compared(one.medication, other.medication)) for other in home]
    told = next(((other, found) for other, found in pairs if found.differ or found.same), None)
    if told is None:
        said = "whether dose or times changed cannot be told from the earlier entry"
        return Change("unsure", one, tuple(home), (), (*questions, said))
    first, found = told
    ordered = (first, *(other for other in home if other is not first))
    state: MedicineState = "changed" if found.differ else "continued"
    if _contradicted(ordered):
        questions.append("the entries of before the stay do not agree: which was taken?")
        state = state if all(bool(other.differ) for _, other in pairs) else "unsure"
    return Change(state, one, ordered, found.differ, (*questions, *after_steps(one, first)))


def _contradicted(home: Sequence[Course]) -> bool:
    """Whether what the patient says to take differs from another entry; a later order only follows an earlier one."""
    pairs = ((home[0], other) for other in home[1:] if "statement" in (home[0].kind, other.kind))
    return any(compared(one.medication, other.medication).differ for one, other in pairs)


def _held(lists: Lists) -> Iterator[Change]:
    for one in lists.held.once():
        if not lists.current.alike(one):
            reason = f" ({one.why})" if one.why else ""
            said = f"it is on hold{reason}: start it again, when, or stop it?"
            yield Change("held", one, tuple(lists.home.alike(one)), (), (said,))


def _stopped(lists: Lists, going: Sequence[Change]) -> Iterator[Change]:
    over = Entries(one for one in lists.home if one.status in ENDED or (one.ended and one.ended < lists.today))
    for one in over.once():
        if not lists.current.alike(one) and not lists.held.alike(one):
            yield Change("stopped", one, tuple(lists.home.alike(one)), (), tuple(end_question(one)))
    followers = {change.course.medication.replaces: change.course for change in going}
    for one in lists.current:
        new = followers.get(one.reference)
        if new and lists.in_stay(one) is False and drugs_of(new) != drugs_of(one):
            said = f"{name_of(new)} takes its place, and its order is still active: end it"
            yield Change("stopped", replace(one, why=f"{name_of(new)} takes its place"), (), (), (said,))


def _unreconciled(lists: Lists) -> Iterator[Change]:
    """Taken at home, and no order says that it goes on, is on hold or has ended."""
    home = [one for one in lists.home if one.kind == "statement" and one.status in TAKEN - {"on-hold"}]
    if not lists.stay.on:
        every = lists.stay.statements.items
        home = [one for one in every if one.status in TAKEN - {"on-hold"} and one.setting != "inpatient"]
    ended = Entries(one for one in lists.home if one.kind == "order" and one.status in ENDED)
    reported = Entries(home)
    for one in reported.once():
        decided = any(entries.alike(one) for entries in (lists.current, lists.held, ended))
        if decided or (one.ended and one.ended < lists.today):
            continue
        said = "taken at home before the stay, and no order continues or stops it: continue, or stop?"
        more = [*unrecognised(one), *(earlier_end(other) for other in lists.given_up.alike(one)[:1])]
        others = reported.alike(one)
        if _contradicted([one, *others]):
            more.append("the entries of the home list do not agree: which is right?")
        yield Change("unreconciled", one, tuple(others), (), (said, *more))
