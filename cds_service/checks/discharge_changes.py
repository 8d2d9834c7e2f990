"""What became of each medicine in a stay: told from the orders and statements before it and in it, never guessed.

Taken home is what is ordered, active and not for the ward. Home is what was ordered or reported before the stay began.
A day that is not recorded decides nothing: what then cannot be told is unsure, or named as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from cds_service.chart.medications.stay import Course, Stay
from cds_service.checks.discharge_compare import compared
from cds_service.checks.doubling import apart
from cds_service.findings import MEDICINE_STATES, MedicineState

_CURRENT = frozenset({"active", "unknown", ""})
_TAKEN = _CURRENT | {"intended", "on-hold"}
_ENDED = frozenset({"stopped", "completed"})
_LONGEST_COURSE = 3650  # days


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the medicine of `course`; `before` are the entries of home that it was compared with, the newest
    first; `what` names what changed; `questions` are for the clinician."""

    state: MedicineState
    course: Course
    before: tuple[Course, ...] = ()
    what: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class Entries:
    """Some orders and statements, in their order, looked up by their ingredients: a hostile list may be long."""

    def __init__(self, courses: Iterable[Course]) -> None:
        self._all = tuple(courses)
        self._by_drugs: defaultdict[frozenset[str], list[Course]] = defaultdict(list)
        for one in self._all:
            self._by_drugs[_drugs(one)].append(one)

    def __iter__(self) -> Iterator[Course]:
        return iter(self._all)

    def alike(self, one: Course) -> list[Course]:
        """Others of the same ingredients, given in a way that is not another."""
        same = self._by_drugs.get(_drugs(one), ())
        return [other for other in same if other.reference != one.reference and not _apart(one, other)]

    def once(self) -> list[Course]:
        """The first of each medicine."""
        kept: defaultdict[frozenset[str], list[Course]] = defaultdict(list)
        for one in self._all:
            if all(_apart(one, other) for other in kept[_drugs(one)]):
                kept[_drugs(one)].append(one)
        return [one for mine in kept.values() for one in mine]


@dataclass(frozen=True)
class Discharge:
    """The lists that a stay is told from, as its entries say on a day."""

    stay: Stay
    today: date

    @cached_property
    def current(self) -> Entries:
        """What the patient goes home with, the newest first."""
        found = (one for one in self._entries if one.kind == "order" and self._goes_on(one, _CURRENT))
        return Entries(sorted(found, key=_newest, reverse=True))

    @cached_property
    def held(self) -> Entries:
        return Entries(one for one in self._entries if self._goes_on(one, ("on-hold",)))

    @cached_property
    def home(self) -> Entries:
        """What was taken when the stay began, the newest first; nothing when that day is not known."""
        found = (one for one in self._entries if self.stay.on and self._of_home(one))
        return Entries(sorted(found, key=_newest, reverse=True))

    @cached_property
    def not_taken(self) -> Entries:
        return Entries(one for one in self.stay.statements.items if one.status == "not-taken")

    @cached_property
    def undated(self) -> Entries:
        """Orders from before the stay that are over, and nobody says since when."""
        over = (one for one in self.stay.orders.items if one.status in _ENDED and one.setting != "inpatient")
        return Entries(one for one in over if self.stay.before(one.begun) and one.ended is None and one.touched is None)

    @property
    def knows_home(self) -> bool:
        """Whether a list of home is known, so that what is not on it is new. Orders that are active today are none: one
        that was ended in the stay is not among them."""
        return bool(self.stay.on) and (self.stay.past_orders or self.stay.statements.known)

    def in_stay(self, one: Course) -> bool | None:
        """Whether it was begun in the stay; None when that is not known."""
        before = self.stay.before(one.begun)
        return None if before is None else not before

    @property
    def _entries(self) -> tuple[Course, ...]:
        both = (*self.stay.orders.items, *self.stay.statements.items)
        return tuple(one for one in both if one.setting != "inpatient")

    def _goes_on(self, one: Course, statuses: Iterable[str]) -> bool:
        return one.status in statuses and (one.ended is None or one.ended >= self.today)

    def _of_home(self, one: Course) -> bool:
        if one.kind == "order" and not self.stay.before(one.begun):
            return False
        if one.on and self.stay.on and one.on > self.stay.on:
            return False
        if one.status in _TAKEN:
            return one.ended is None or self._in_stay(one.ended)
        return one.status in _ENDED and self._in_stay(one.ended or one.touched or _asserted(one))

    def _in_stay(self, day: date | None) -> bool:
        return bool(day and self.stay.on and day >= self.stay.on)


def changes(stay: Stay, today: date) -> list[Change]:
    """Every medicine of the stay's discharge, state by state, then by name."""
    lists = Discharge(stay, today)
    going = list(_going(lists))
    found = [*going, *_held(lists), *_stopped(lists, going), *_unreconciled(lists)]
    return sorted(found, key=lambda one: (MEDICINE_STATES.index(one.state), _name(one.course).lower()))


def _going(lists: Discharge) -> Iterator[Change]:
    """What the patient is to take; an order from before the stay that one of the stay follows is not said again."""
    current, home = lists.current, lists.home
    replaced = {one.medication.replaces for one in current if lists.in_stay(one)}
    for one in current:
        followed = [other for other in current.alike(one) if lists.in_stay(other)]
        if lists.in_stay(one) is False and (followed or one.reference in replaced):
            continue
        tell = _kept if lists.in_stay(one) is False else _ordered
        yield tell(lists, one, home.alike(one))


def _kept(lists: Discharge, one: Course, home: Sequence[Course]) -> Change:
    """An order from before the stay that still stands."""
    questions = [*_overdue(one, lists.today), *_not_taken(one, lists)]
    reported = (compared(one.medication, other.medication) for other in home if other.kind == "statement")
    if differ := next((found.differ for found in reported if found.differ), ()):
        questions.append(f"order and home list differ in {_and(differ)}: which is right?")
    return Change("continued", one, tuple(home), (), tuple(questions))


def _ordered(lists: Discharge, one: Course, home: Sequence[Course]) -> Change:
    """An order of the stay, or of a day that is not known."""
    questions = list(_setting_question(one))
    for other in home:
        if other.kind == "order" and other.status in _CURRENT and one.medication.replaces != other.reference:
            questions.append(f"the earlier order{_of(other.on)} is still active: end it, or both may be taken")
    if lists.in_stay(one) is None:
        why = "its order has no date" if lists.stay.on else "the day when the stay began is not known"
        return Change("unsure", one, tuple(home), (), (*questions, f"{why}: whether it is new is not known"))
    if home:
        return _against(one, home, [*questions, *_not_taken(one, lists)])
    earlier = lists.undated.alike(one)
    if earlier:
        said = f"an earlier order{_of(earlier[0].on)} ended on a day that is not recorded: is this new?"
        return Change("unsure", one, tuple(earlier), (), (*questions, said))
    if not lists.knows_home:
        return Change("unsure", one, (), (), (*questions, "no list of home medicines could be read: is this new?"))
    return Change("new", one, (), (), tuple(questions))


def _against(one: Course, home: Sequence[Course], questions: list[str]) -> Change:
    """Compared with the newest entry of home whose dose can be compared."""
    pairs = [(other, compared(one.medication, other.medication)) for other in home]
    told = next(((other, found) for other, found in pairs if found.differ or found.same), None)
    if told is None:
        said = "whether dose or times changed cannot be told from the earlier entry"
        return Change("unsure", one, tuple(home), (), (*questions, said))
    first, found = told
    ordered = (first, *(other for other in home if other is not first))
    state: MedicineState = "changed" if found.differ else "continued"
    return Change(state, one, ordered, found.differ, tuple(questions))


def _held(lists: Discharge) -> Iterator[Change]:
    for one in lists.held.once():
        if not lists.current.alike(one):
            reason = f" ({one.why})" if one.why else ""
            said = f"it is on hold{reason}: start it again, when, or stop it?"
            yield Change("held", one, tuple(lists.home.alike(one)), (), (said,))


def _stopped(lists: Discharge, going: Sequence[Change]) -> Iterator[Change]:
    over = Entries(one for one in lists.home if one.status in _ENDED or (one.ended and one.ended < lists.today))
    for one in over.once():
        if not lists.current.alike(one) and not lists.held.alike(one):
            yield Change("stopped", one, tuple(lists.home.alike(one)), (), tuple(_end_question(one)))
    followers = {change.course.medication.replaces: change.course for change in going}
    for one in lists.current:
        new = followers.get(one.reference)
        if new and lists.in_stay(one) is False and _drugs(new) != _drugs(one):
            said = f"{_name(new)} takes its place, and its order is still active: end it"
            yield Change("stopped", replace(one, why=f"{_name(new)} takes its place"), (), (), (said,))


def _unreconciled(lists: Discharge) -> Iterator[Change]:
    """Taken at home, and no order says that it goes on, is on hold or has ended."""
    home = [one for one in lists.home if one.kind == "statement" and one.status in _TAKEN - {"on-hold"}]
    if not lists.stay.on:
        reported = lists.stay.statements.items
        home = [one for one in reported if one.status in _TAKEN - {"on-hold"} and one.setting != "inpatient"]
    ended = Entries(one for one in lists.home if one.kind == "order" and one.status in _ENDED)
    for one in Entries(home).once():
        decided = any(entries.alike(one) for entries in (lists.current, lists.held, ended))
        if decided or (one.ended and one.ended < lists.today):
            continue
        said = "taken at home before the stay, and no order continues or stops it: continue, or stop?"
        more = [f"an order{_of(other.on)} is over, and its end has no date" for other in lists.undated.alike(one)[:1]]
        yield Change("unreconciled", one, (), (), (said, *more))


def _end_question(one: Course) -> Iterator[str]:
    """The day of a record's last change is not the day of an end: a server that was moved changes every record."""
    if one.ended is None and one.touched:
        yield f"no end is recorded, and the record was last changed on {one.touched}: was it stopped in this stay?"


def _setting_question(one: Course) -> Iterator[str]:
    if not one.setting:
        yield "the order does not say whether it is for home or for the ward alone"


def _overdue(one: Course, today: date) -> Iterator[str]:
    """A course of so many days that has run out by its own words."""
    days = one.medication.sig.duration_days
    if days and one.on and (last := one.on + timedelta(days=min(days, _LONGEST_COURSE))) < today:
        yield f"it was ordered for {days:g} days, until {last.isoformat()}: is it still to be taken?"


def _not_taken(one: Course, lists: Discharge) -> Iterator[str]:
    for other in lists.not_taken.alike(one)[:1]:
        yield f"the home list{_of(other.medication.on)} says that it is not taken"


def _drugs(one: Course) -> frozenset[str]:
    return one.medication.rxcuis or frozenset({_name(one).lower()})


def _apart(one: Course, other: Course) -> bool:
    return bool(one.medication.routes and other.medication.routes) and apart(one.medication, other.medication)


def _name(one: Course) -> str:
    return " and ".join(drug.name for drug in one.medication.drugs) or one.medication.ref.text


def _asserted(one: Course) -> date | None:
    return one.medication.on if one.kind == "statement" else None


def _newest(one: Course) -> tuple[date, str]:
    return one.on or one.medication.on or date.min, one.reference


def _of(day: date | None) -> str:
    return f" of {day.isoformat()}" if day else ""


def _and(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
