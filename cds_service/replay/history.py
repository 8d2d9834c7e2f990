"""One patient's history: everything of theirs once, and each resource as it stood at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cds_service.chart.dates import moment_of
from cds_service.chart.fhir_json import Resource, obj, text
from cds_service.replay.courses import Course, courses_of
from cds_service.replay.rewinding import Past, always_there, known_from, over_without_a_day, written_at

# What a chart is made of; all else in an export is not asked about.
USED = frozenset(
    """Patient MedicationRequest MedicationStatement AllergyIntolerance Condition Observation DocumentReference
    Encounter ServiceRequest Medication Immunization Procedure""".split()  # noqa: SIM905
)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def owner_of(resource: Resource) -> str:
    """The id of the patient whose it is; empty for what is nobody's, such as a Medication."""
    if resource.get("resourceType") == "Patient":
        return text(resource.get("id"))
    for member in ("subject", "patient"):
        kind, _, patient = text(obj(resource.get(member)).get("reference")).rpartition("/")
        if kind == "Patient":
            return patient
    return ""


class History:
    """`resources` are one patient's; `medications` those that orders may point to, by `Type/id`. A resource that comes
    twice is taken once, as it came first.

    `holds` are the types that the whole export has. Of any other nothing is known: its key is absent from the chart, as
    an empty list would say that there is none.
    """

    def __init__(
        self,
        patient_id: str,
        resources: Iterable[Resource],
        medications: Mapping[str, Resource],
        holds: Collection[str] = USED,
    ) -> None:
        self.patient_id = patient_id
        self.holds = holds
        self.twice = 0
        self._medications = medications
        self._kept: defaultdict[str, dict[str, Resource]] = defaultdict(dict)
        for one in resources:
            kind, known = self._kept[one["resourceType"]], text(one.get("id"))
            self.twice += known in kind
            kind.setdefault(known, {**one, **self._owned(one)})

    @property
    def reference(self) -> str:
        return f"Patient/{self.patient_id}"

    @property
    def orders(self) -> list[Resource]:
        return list(self._kept["MedicationRequest"].values())

    @cached_property
    def courses(self) -> list[Course]:
        return courses_of(self.orders)

    @property
    def visits(self) -> list[tuple[datetime, Resource]]:
        """Encounters by their start, those without one left out."""
        dated = [(at, one) for one in self._kept["Encounter"].values() if (at := known_from(one))]
        return sorted(dated, key=lambda pair: (pair[0], str(pair[1]["id"])))

    @property
    def ends_of_visits(self) -> list[datetime]:
        ends = (moment_of(obj(one.get("period")).get("end")) for one in self._kept["Encounter"].values())
        return [end for end in ends if end]

    def tests(self, encounter: str, day: datetime) -> list[Resource]:
        """What else was ordered in an encounter on a day: laboratory tests, procedures; as drafts of `day`."""
        others = self._pasts["ServiceRequest"].values() if encounter else ()
        same = (one for one in others if text(obj(one.resource.get("encounter")).get("reference")) == encounter)
        written = ((one, at) for one in same if (at := written_at(one.resource)) and at.date() == day.date())
        drafted = {"status": "draft", "authoredOn": day.isoformat()}
        return [{**(one.seen(at) or {}), **drafted} for one, at in written]

    def encounter(self, reference: str, at: datetime) -> dict[str, Any] | None:
        """An encounter as it went on then."""
        found = self._pasts["Encounter"].get(reference.removeprefix("Encounter/"))
        stood = found.seen(at) if found else None
        return {**stood, "status": "in-progress"} if stood else None

    def patient(self, at: datetime) -> dict[str, Any] | None:
        """Who it is, as known then: who is dead today was alive when something was ordered. None: no Patient."""
        past = next(iter(self._pasts["Patient"].values()), None)
        return _alive(past.seen(at) or {}) if past else None

    def until(self, kind: str, at: datetime) -> Iterator[dict[str, Any]]:
        """What there was of a kind at `at`, as it stood then, newest first."""
        return (stood for one in self._by_date[kind] if (stood := one.seen(at)))

    def order(self, known: str, at: datetime) -> dict[str, Any] | None:
        """An order as it stood at `at`."""
        return self._pasts["MedicationRequest"][known].seen(at)

    def pointed(self, orders: Iterable[Resource]) -> list[Resource]:
        """The Medications that orders point to."""
        names = (text(obj(one.get("medicationReference")).get("reference")) for one in orders)
        return [self._medications[name] for name in dict.fromkeys(names) if name in self._medications]

    def undated(self) -> Counter[tuple[str, str]]:
        """(type, what came of it) of what could not be placed in time."""
        found: Counter[tuple[str, str]] = Counter()
        for kind, resources in self._kept.items():
            for one in resources.values() if kind not in ("Patient", "Medication") else ():
                if known_from(one) is None:
                    found[kind, "no date: taken as always there" if always_there(one) else "no date: left out"] += 1
                elif over_without_a_day(one):
                    found[kind, "over, but no day says since when: left as it is today"] += 1
        return found

    @cached_property
    def _pasts(self) -> Mapping[str, dict[str, Past]]:
        found: defaultdict[str, dict[str, Past]] = defaultdict(dict)
        found.update({kind: {key: Past(one) for key, one in ones.items()} for kind, ones in self._kept.items()})
        return found

    @cached_property
    def _by_date(self) -> Mapping[str, list[Past]]:
        found: defaultdict[str, list[Past]] = defaultdict(list)
        for kind, pasts in self._pasts.items():
            found[kind] = sorted(pasts.values(), key=_newest, reverse=True)
        return found

    def _owned(self, resource: Resource) -> dict[str, Any]:
        """Whose it is, in the one form that the service asks for."""
        member = "patient" if "patient" in resource else "subject"
        return {} if resource["resourceType"] == "Patient" else {member: {"reference": self.reference}}


def _newest(past: Past) -> tuple[datetime, str]:
    return past.since or _EARLIEST, str(past.resource["id"])


def _alive(patient: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in patient.items() if not name.startswith("deceased")}
