"""A stay, and the medicines before it and in it: every order and statement on record, whatever its status.

Only a discharge asks for this; at any other hook the stay is empty and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from cds_service.chart.dates import day_of, last_day_of, moment_of
from cds_service.chart.fhir_json import Resource, codes, label_of, modified, obj, objects, reference, text
from cds_service.chart.listing import NOT_SUPPLIED, Listing
from cds_service.chart.medications.dosing import dosages_of
from cds_service.chart.medications.medication import Medication
from cds_service.chart.medications.reading import TYPES, MedicationReader
from cds_service.chart.supplied import ABSENT, Supplied

Setting = Literal["inpatient", "outpatient", "community", "discharge", ""]
_SETTINGS: tuple[Setting, ...] = ("discharge", "inpatient", "outpatient", "community")
_NO_ORDERS = frozenset({"proposal", "plan", "option"})
_VOID = frozenset({"entered-in-error", "draft"})
_DAY = len("2026-01-01")


@dataclass(frozen=True, slots=True)
class Course:
    """One order or statement. `kind` is statement for what is reported and not ordered here, in whichever resource.

    `begun`: since when, as it was recorded; `ended`: its last day; `touched`: when the record was last changed. None =
    not recorded. `begun_before` and the like compare with the stay (see Stay). `why`: the reason of its status.
    """

    medication: Medication
    kind: Literal["order", "statement"]
    status: str
    setting: Setting
    begun: str
    ended: date | None
    touched: date | None
    why: str = ""

    @property
    def reference(self) -> str:
        return self.medication.ref.reference

    @property
    def on(self) -> date | None:
        return day_of(self.begun)


@dataclass(frozen=True, slots=True)
class Stay:
    """`since`: when the stay began, as its encounter says; empty when that is not known.

    `orders` and `statements` are those of the patient with all that came under the keys of now and of history;
    `past_orders` and `past_statements` say whether the histories themselves are known.
    """

    reference: str = ""
    since: str = ""
    until: date | None = None
    orders: Listing[Course] = NOT_SUPPLIED
    statements: Listing[Course] = NOT_SUPPLIED
    past_orders: bool = False
    past_statements: bool = False

    @property
    def on(self) -> date | None:
        return day_of(self.since)

    def before(self, when: str) -> bool | None:
        """True for a moment before the stay; of a day alone, for a day before. None when either is not known."""
        at, start = moment_of(when), moment_of(self.since)
        if at is None or start is None:
            return None
        return at.date() < start.date() if min(len(when), len(self.since)) <= _DAY else at < start


def stay_of(supplied: Mapping[str, Supplied], reader: MedicationReader, now: datetime) -> Stay:
    """`supplied` maps prefetch keys to what came under them; a key not in it counts as absent."""
    visits = supplied.get("encounter", ABSENT).resources
    encounter = next((one for one in visits if one.get("resourceType") == "Encounter"), {})
    period = obj(encounter.get("period"))
    begins = text(period.get("start"))
    histories = [supplied.get(key, ABSENT) for key in ("order_history", "statement_history")]
    return Stay(
        reference=reference(encounter) if encounter else "",
        since=begins if (at := moment_of(begins)) and at <= now else "",
        until=last_day_of(period.get("end")),
        orders=_listing(reader, "orders", histories[0], supplied.get("medications", ABSENT)),
        statements=_listing(reader, "medication statements", histories[1], supplied.get("statements", ABSENT)),
        past_orders=_reaches(histories[0], "authoredOn", begins),
        past_statements=histories[1].known and histories[1].complete,
    )


def _listing(reader: MedicationReader, what: str, history: Supplied, current: Supplied) -> Listing[Course]:
    """Everything under both keys, each resource once."""
    read = [key.only(TYPES, what) for key in (history, current)]
    notes = tuple(note for _, said in read for note in said)
    once = {reference(one): one for key, _ in reversed(read) for one in key.resources}
    courses = tuple(course for one in once.values() for course in _courses(one, reader))
    known = [key for key, _ in read if key.known]
    state = known[0].state if known else "failed" if any(key.state == "failed" for key, _ in read) else "absent"
    return Listing("data" if courses and known else state, courses, notes)


def _reaches(history: Supplied, element: str, since: str) -> bool:
    """Whether a history is known to hold all of the stay: it is whole, or sorted and goes further back."""
    if not history.known or history.complete:
        return history.known
    orders = [one for one in history.resources if one.get("resourceType") == "MedicationRequest"]
    dated = [at for one in orders if (at := moment_of(one.get(element)))]
    start = moment_of(since)
    return start is not None and bool(dated) and len(dated) == len(orders) and min(dated) < start


def _courses(resource: Resource, reader: MedicationReader) -> Iterable[Course]:
    status, reported = text(resource.get("status")), _reported(resource)
    asked = reported or text(resource.get("intent")) not in _NO_ORDERS
    if status in _VOID or resource.get("doNotPerform") is True or modified(resource) or not asked:
        return
    for medication in reader.read_all(resource):
        yield Course(
            medication=replace(medication, ended=None),
            kind="statement" if reported else "order",
            status=status,
            setting=_setting(resource),
            begun=_begun(resource),
            ended=medication.ended or _last_day(resource),
            touched=day_of(obj(resource.get("meta")).get("lastUpdated")),
            why=label_of(resource.get("statusReason")) or _first_label(resource.get("statusReason")),
        )


def _reported(resource: Resource) -> bool:
    """A statement; also a request that only puts on record what the patient says to take (US Core's way)."""
    return resource.get("resourceType") == "MedicationStatement" or resource.get("reportedBoolean") is True


def _setting(resource: Resource) -> Setting:
    """Of a request several categories, of a statement one."""
    category = resource.get("category")
    concepts = category if isinstance(category, list) else [category]
    named = {code for concept in concepts for code in codes(concept)}
    named |= {label_of(concept).lower() for concept in concepts}
    return next((setting for setting in _SETTINGS if setting in named), "")


def _begun(resource: Resource) -> str:
    """Of a statement since when it is taken; when it was put on record says nothing of that."""
    if resource.get("resourceType") == "MedicationRequest":
        return text(resource.get("authoredOn"))
    return text(obj(resource.get("effectivePeriod")).get("start")) or text(resource.get("effectiveDateTime"))


def _last_day(resource: Resource) -> date | None:
    """The end that its dosages or its period name."""
    periods = [obj(resource.get("effectivePeriod"))]
    periods += [obj(obj(obj(one.get("timing")).get("repeat")).get("boundsPeriod")) for one in dosages_of(resource)]
    ends = [last_day_of(period.get("end")) for period in periods if period]
    known = [end for end in ends if end]
    return max(known) if known and len(known) == len(ends) else None


def _first_label(value: object) -> str:
    return next((label_of(one) for one in objects(value)), "")
