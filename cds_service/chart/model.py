"""The chart as the checks see it: coded facts, and the texts that nobody has read yet. `now` carries the time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

from cds_service.chart.note import Note, Noted
from cds_service.chart.problem import Problem
from cds_service.chart.results import PlannedTest, Results
from cds_service.chart.stated import StatedResults
from cds_service.chart.supplied import State
from cds_service.facts import Fact, OrderRef, Origin
from cds_service.terminology.reactions import SIDE_EFFECTS
from cds_service.terminology.sig import Sig
from cds_service.terminology.vocabulary import Drug

T = TypeVar("T")
BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list of the chart with its state: `()` and "we do not know" are two things.

    `notes` say what could not be used.
    """

    state: State
    items: tuple[T, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return self.state in ("empty", "data")

    @property
    def missing(self) -> str:
        """How to say that the list is not known."""
        return "could not be read" if self.state == "failed" else "was not supplied"


@dataclass(frozen=True, slots=True)
class Medication:
    """A draft order, an active order or a statement.

    `drugs` is empty when the drug was not recognised; `problem` then says why and `candidates` what it may be. For a
    drug that was read from free text `candidates[0]` is its full name. `ended` is the day it was stopped, for rows
    with a washout. `replaces` is the prescription that it renews. `uses`: words and codes of its stated indication.
    `part` counts from 1 what one typed text orders together; 0 is an order of one drug or combination.
    """

    ref: OrderRef
    drugs: tuple[Drug, ...]
    origin: Origin
    sig: Sig
    routes: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    on: date | None = None
    ended: date | None = None
    replaces: str | None = None
    problem: str | None = None
    candidates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    part: int = 0
    resource: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rxcuis(self) -> frozenset[str]:
        return frozenset(drug.rxcui for drug in self.drugs)

    def fact(self, label: str) -> Fact:
        read_as = f"read as {' + '.join(drug.name for drug in self.drugs)}" if self.origin.is_read else None
        return Fact(label, self.ref.text, self.origin, self.on, read_as)


@dataclass(frozen=True, slots=True)
class Allergy:
    """A recorded allergy or intolerance: what it is to (ingredients, allergy groups), and how it showed.

    `shown` are the kinds of its reactions (terminology.reactions); `harmless` is True when every reaction is known and
    none of them is an allergy (nausea from codeine); `no_allergy` likewise, though one may be grave (a
    torn tendon). `tolerated` and `tolerated_groups`: RxCUIs and allergy groups of which the same entry says that they
    are borne.
    """

    reference: str
    label: str
    drugs: tuple[Drug, ...]
    groups: frozenset[str]
    origin: Origin
    kind: str = ""  # allergy | intolerance | not stated
    criticality: str = ""
    reactions: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()
    harmless: bool = False
    no_allergy: bool = False
    tolerated: frozenset[str] = frozenset()
    tolerated_groups: frozenset[str] = frozenset()
    on: date | None = None
    problem: str | None = None

    @property
    def is_intolerance(self) -> bool:
        """An effect without an allergy: said so, unless a reaction contradicts it, or shown by every reaction."""
        return self.harmless or (self.kind == "intolerance" and not self.shown - SIDE_EFFECTS)

    def fact(self) -> Fact:
        shown = "; ".join(part for part in (self.label, ", ".join(self.reactions), self.criticality) if part)
        return Fact("Intolerance" if self.is_intolerance else "Allergy", shown, self.origin, self.on)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a record says was refuted or is over: no check counts it, and no note brings it back."""

    allergies: tuple[Allergy, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Measurement:
    """A numeric observation in the unit of its kind. `problem` says why it has no usable value; value is then None.

    A result given as ">60" has no value but is known to be `at_least` 60, one given as "<15" to be `at_most` 15.
    `rank` orders results of one moment: the lower one comes from the method that is preferred.
    """

    kind: str
    label: str
    value: float | None
    unit: str
    shown: str
    origin: Origin
    at: datetime | None
    at_least: float | None = None
    at_most: float | None = None
    problem: str | None = None
    rank: int = 0

    @property
    def on(self) -> date | None:
        return self.at.date() if self.at else None

    def fact(self, note: str | None = None) -> Fact:
        return Fact(self.label, self.shown, self.origin, self.on, note or self.problem)


@dataclass(frozen=True)
class Measurements:
    """What was measured, by kind. A chart holds a hundred results of which a call asks for three: each kind is read
    from its resources when a check first asks for it."""

    state: State
    unread: Mapping[str, tuple[Callable[[], Measurement], ...]] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Measurement, ...]:
        """Every measurement of a kind, usable or not, in the order in which they were supplied."""
        if kind not in self._read:
            self._read[kind] = tuple(read() for read in self.unread.get(kind, ()))
        return self._read[kind]

    @cached_property
    def _read(self) -> dict[str, tuple[Measurement, ...]]:
        return {}


@dataclass(frozen=True, slots=True)
class Person:
    """`sex` is FHIR administrative gender as recorded, the only input that the kidney formulas have for it."""

    reference: str
    born: date | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class UnreadText:
    """A text in which no exact name was found: `role` says what a name in it would be."""

    role: str  # order | medication | allergy
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`orders` are the drafts in focus; `background` the other drafts of the same call, as good as active.

    `tests` are the laboratory orders among the drafts, `results` what was resulted, by LOINC code. `renews`: the orders
    are asked for again. `entered`: the `Type/id` of an allergy or of problems that are being entered; the orders are
    then what the patient takes.
    `notes` are those supplied, `noted` what they mention; both are only there for a service that reads notes.
    """

    now: datetime
    patient: Person
    orders: tuple[Medication, ...]
    background: tuple[Medication, ...]
    medications: Listing[Medication]
    allergies: Listing[Allergy]
    labs: Measurements
    vitals: Measurements
    problems: Listing[Problem] = Listing("absent")
    stated: StatedResults = field(default_factory=StatedResults, repr=False)
    texts: tuple[UnreadText, ...] = ()
    tests: tuple[PlannedTest, ...] = ()
    results: Results = field(default_factory=Results)
    renews: bool = False
    entered: frozenset[str] = frozenset()
    notes: Listing[Note] = Listing("absent")
    noted: tuple[Noted, ...] = ()
    settled: Settled = field(default_factory=Settled)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def planned_codes(self) -> frozenset[str]:
        """LOINC codes of the tests among the drafts."""
        return frozenset(code for test in self.tests for code in test.codes)

    def company_of(self, order: Medication) -> tuple[Medication, ...]:
        """What the order would be given together with: current medications and the other drafts.

        The entry that the order revises or renews is left out: it will not be there beside it. What else the same text
        orders is there.
        """
        others = (*self.medications.items, *self.background, *self.orders)
        return tuple(
            med
            for med in others
            if med.ref.reference != order.replaces
            and (med.ref.reference != order.ref.reference or med.part != order.part)
        )

    @property
    def shared(self) -> frozenset[str]:
        """References of the drafts whose text orders several drugs."""
        return frozenset(med.ref.reference for med in (*self.orders, *self.background) if med.part)

    def latest(self, *kinds: str) -> Measurement | None:
        """The newest measurement of these kinds, usable or not; None when there is none on record."""
        found = [m for kind in kinds for m in (*self.labs.of(kind), *self.vitals.of(kind))]
        return max(found, key=lambda m: (m.at or BEFORE_ALL, m.value is not None, -m.rank), default=None)
