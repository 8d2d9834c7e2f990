"""A patient's resources as they stood on a day, as the prefetch of a hook call."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cds_service.chart.fhir_json import label_of

Resource = Mapping[str, Any]
_DATED = ("authoredOn", "recordedDate", "onsetDateTime", "effectiveDateTime", "issued", "assertedDate", "date")
# A problem that was over only later was active then.
_ACTIVE = {
    "clinicalStatus": {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
    }
}
_NOTES = 20  # as many as the prefetch key asks for
_COURSE = timedelta(days=90)  # how long an order without an end counts as taken, when it is not active any more
_YEAR = timedelta(days=400)  # an order that is written again within it was renewed, and taken until then


@dataclass
class History:
    """One patient. Dates that a resource does not have count as always there."""

    patient: Resource
    kept: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))

    @property
    def orders(self) -> list[Resource]:
        return [one for one in self.kept["MedicationRequest"] if one.get("authoredOn")]

    def moment(self, order: Resource) -> datetime:
        """The time at which the order was written."""
        return _instant(order["authoredOn"]) or datetime.now(UTC)

    @property
    def visits(self) -> list[datetime]:
        """When the chart was opened: the day after the last encounter. For earlier days nobody knows how long what was
        ordered was taken."""
        ended = (_instant(one.get("period", {}).get("end")) for one in self.kept["Encounter"])
        return [at + timedelta(days=1) for at in sorted(at for at in ended if at)[-1:]]

    def call(self, order: Resource) -> dict[str, Any]:
        """The order-sign call about an order on the day it was written."""
        renewed = self._renewed.get(order["id"])
        prior = {"priorPrescription": {"reference": f"MedicationRequest/{renewed}"}} if renewed else {}
        draft = {**_without_links(order), "status": "draft", "subject": self._reference, **prior}
        drafts = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": draft}]}
        return self._asked("order-sign", {"draftOrders": drafts}, self._chart(self.moment(order), order["id"]))

    def opened(self, on: datetime) -> dict[str, Any]:
        """The patient-view call of a chart that is opened then."""
        notes = [one for one in self._owned(self._until("DocumentReference", on)) if one.get("status") == "current"]
        return self._asked("patient-view", {}, {**self._chart(on), "notes": _bundle(notes[: -_NOTES - 1 : -1])})

    def _asked(self, hook: str, context: Resource, prefetch: Resource) -> dict[str, Any]:
        who = {"userId": "Practitioner/burden", "patientId": self.patient["id"]}
        return {
            "hook": hook,
            "hookInstance": str(uuid.uuid4()),
            "context": {**who, **context},
            "prefetch": dict(prefetch),
        }

    @property
    def _reference(self) -> dict[str, str]:
        return {"reference": f"Patient/{self.patient['id']}"}

    def _chart(self, on: datetime, but: str = "") -> dict[str, Any]:
        """What stood in the chart then, apart from the order `but`, by prefetch key."""
        orders = [
            {**_without_links(one), "status": "active", "subject": self._reference}
            for one in self.kept["MedicationRequest"]
            if one["id"] != but and (_taken(one, on) or one["id"] == self._renewed.get(but))
        ]
        labs, vitals = [], []
        for one in self._until("Observation", on):
            (vitals if "vital-signs" in str(one.get("category")) else labs).append(one)
        problems = [one if _over(one, on) else {**one, **_ACTIVE} for one in self._until("Condition", on)]
        return {
            "patient": self.patient,
            "encounter": None,
            "medications": _bundle(orders),
            "statements": _bundle(()),
            "allergies": _bundle(self._owned(self._until("AllergyIntolerance", on), "patient")),
            "problems": _bundle(self._owned(problems)),
            "labs": _bundle(self._owned(labs[-100:])),
            "vitals": _bundle(self._owned(vitals[-100:])),
        }

    @cached_property
    def _renewed(self) -> dict[str, str]:
        """Order -> the one of the same words that it renews: an EHR stops the old one at that moment."""
        links: dict[str, str] = {}
        latest: dict[str, Resource] = {}
        for one in sorted(self.orders, key=self.moment):
            words = label_of(one.get("medicationCodeableConcept"))
            before = latest.get(words) if words else None
            stopped = before is not None and before.get("status") in ("stopped", "completed")
            if before is not None and stopped and self.moment(one) - self.moment(before) <= _YEAR:
                links[one["id"]] = before["id"]
            latest[words] = one
        return links

    def _until(self, kind: str, on: datetime) -> list[Resource]:
        dated = [(_date(one), one) for one in self.kept[kind]]
        known = [(at, one) for at, one in dated if at is None or at <= on]
        return [one for _, one in sorted(known, key=lambda pair: pair[0] or datetime.min.replace(tzinfo=UTC))]

    def _owned(self, resources: Iterable[Resource], member: str = "subject") -> list[Resource]:
        """Transaction Bundles point with urn:uuid; the service knows patients by Type/id."""
        return [{**one, member: {"reference": f"Patient/{self.patient['id']}"}} for one in resources]


def histories(resources: Iterable[Resource]) -> Iterator[History]:
    """A history for each Patient; resources without one are left out."""
    everything = [one for one in resources if one.get("id")]
    found = {one["id"]: History(one) for one in everything if one["resourceType"] == "Patient"}
    for one in everything:
        owner = one.get("subject") or one.get("patient") or {}
        key = str(owner.get("reference", "")).rpartition("/")[2].rpartition(":")[2]
        if key in found:
            found[key].kept[one["resourceType"]].append(one)
    yield from found.values()


def _without_links(order: Resource) -> dict[str, Any]:
    """The order as an EHR would send it: references of a transaction Bundle become Type/id, or are left out."""
    kept = {name: value for name, value in order.items() if name not in ("encounter", "requester")}
    reasons = [str(one.get("reference", "")) for one in order.get("reasonReference", ())]
    named = [{"reference": f"Condition/{one.removeprefix('urn:uuid:').removeprefix('Condition/')}"} for one in reasons]
    return {**kept, "reasonReference": named} if named else kept


def _taken(one: Resource, on: datetime) -> bool:
    written = _date(one)
    if written is None or written > on:
        return False
    return one.get("status") == "active" or (one.get("status") == "completed" and on - written <= _COURSE)


def _over(one: Resource, on: datetime) -> bool:
    ended = _instant(one.get("abatementDateTime"))
    return ended is not None and ended <= on


def _date(one: Resource) -> datetime | None:
    return next((at for name in _DATED if (at := _instant(one.get(name)))), None)


def _instant(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _bundle(resources: Iterable[Resource]) -> dict[str, Any]:
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}
