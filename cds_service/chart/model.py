"""The chart as the checks see it: coded facts, and the texts that nobody has read yet. `now` carries the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from cds_service.chart.allergies.allergy import Allergy
from cds_service.chart.care.care import Care
from cds_service.chart.listing import NOT_SUPPLIED, Listing
from cds_service.chart.measurements.measured import Measurement, Measurements
from cds_service.chart.measurements.results import PlannedTest, Results
from cds_service.chart.measurements.stated import StatedResults
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.stay import Stay
from cds_service.chart.notes.note import Note, Noted
from cds_service.chart.problems.problem import Problem

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a record says was refuted or is over: no check counts it, and no note brings it back."""

    allergies: tuple[Allergy, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """`sex` is FHIR administrative gender as recorded, the only input that the kidney formulas have for it."""

    reference: str
    born: date | None = None
    sex: str | None = None
    died: bool = False


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
    `care`: what was measured, asked, given and performed. `stay`: the medicines before and in the stay that ends, where
    one does. `hook` is the moment at which the call came.
    """

    now: datetime
    patient: Person
    orders: tuple[Medication, ...]
    background: tuple[Medication, ...]
    medications: Listing[Medication]
    allergies: Listing[Allergy]
    labs: Measurements
    vitals: Measurements
    problems: Listing[Problem] = NOT_SUPPLIED
    stated: StatedResults = field(default_factory=StatedResults, repr=False)
    texts: tuple[UnreadText, ...] = ()
    tests: tuple[PlannedTest, ...] = ()
    results: Results = field(default_factory=Results)
    renews: bool = False
    entered: frozenset[str] = frozenset()
    notes: Listing[Note] = NOT_SUPPLIED
    noted: tuple[Noted, ...] = ()
    settled: Settled = field(default_factory=Settled)
    care: Care = field(default_factory=Care, repr=False)
    stay: Stay = field(default_factory=Stay, repr=False)
    hook: str = ""

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
            [
                med
                for med in others
                if med.ref.reference != order.replaces
                and (med.ref.reference != order.ref.reference or med.part != order.part)
            ]
        )

    @property
    def shared(self) -> frozenset[str]:
        """References of the drafts whose text orders several drugs, or says of another that it ends."""
        return frozenset(med.ref.reference for med in (*self.orders, *self.background) if med.part)

    def latest(self, *kinds: str) -> Measurement | None:
        """The newest measurement of these kinds, usable or not; None when there is none on record."""
        found = [m for kind in kinds for m in (*self.labs.of(kind), *self.vitals.of(kind))]
        return max(found, key=lambda m: (m.at or BEFORE_ALL, m.value is not None, -m.rank), default=None)
