"""Prefetch as sent -> what was supplied under each key, in one of four states. Doubtful is `failed`, never empty.

A key that holds a single resource of another patient is refused whole, and the refusal is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cds_service.chart.supplied import Supplied
from cds_service.hooks import HookRequest
from cds_service.hooks.ownership import OwnPatient

Resource = Mapping[str, Any]

# Root fields only and the common search subset, so that 2.0 clients can fill them.
PREFETCH_TEMPLATES: Mapping[str, str] = {
    "patient": "Patient/{{context.patientId}}",
    "encounter": "Encounter/{{context.encounterId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}&status=active",
    "statements": "MedicationStatement?patient={{context.patientId}}&status=active",
    "order_history": "MedicationRequest?patient={{context.patientId}}&_sort=-authoredon&_count=100",
    "statement_history": "MedicationStatement?patient={{context.patientId}}&_sort=-effective&_count=100",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
    "problems": "Condition?patient={{context.patientId}}&category=problem-list-item",
    "labs": "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=100",
    "vitals": "Observation?patient={{context.patientId}}&category=vital-signs&_sort=-date&_count=100",
    "immunizations": "Immunization?patient={{context.patientId}}",
    "procedures": "Procedure?patient={{context.patientId}}",
    "screenings": "Observation?patient={{context.patientId}}&category=survey&_sort=-date&_count=100",
    "social": "Observation?patient={{context.patientId}}&category=social-history&_sort=-date&_count=100",
    "notes": "DocumentReference?patient={{context.patientId}}&status=current&_sort=-date&_count=20",
}
_OUTCOME = "OperationOutcome"
FOREIGN = "it holds a resource of another patient"
_HARMLESS = frozenset({"information", "success"})
_WORRIES = {"fatal": "an error", "error": "an error", "warning": "a warning"}
_UNCLEAR = "an outcome that we do not understand"
# FHIR issue types of a warning that leave nothing out of the answer: a remark, a parameter that the server passed over.
# "invalid" and its kin are none of them: they may speak of an entry that was left out because it could not be shown.
_ABOUT_THE_QUESTION = frozenset({"informational", "not-supported"})


@dataclass(frozen=True, slots=True)
class Prefetch:
    """`foreign` are the keys that were refused because they hold another patient's data.

    `unread` says what the FHIR server did not give, and why; `dropped` are the keys under which it sent resources of
    another patient, which were left out; `refusal` is why its token or address was not used at all.
    """

    supplied: Mapping[str, Supplied]
    foreign: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True)
class KeyReader:
    """How FHIR JSON of one call is read: whose it must be, and which outcome codes mean "looked, and there is none"."""

    patient_id: str
    fhir_server: str | None
    known_empty: Collection[str] = ()

    def owns(self, resource: Resource) -> bool:
        """False when the resource names another patient."""
        return self._own.owns(resource)

    @cached_property
    def _own(self) -> OwnPatient:
        return OwnPatient(self.patient_id, self.fhir_server)

    def supplied(self, value: object) -> Supplied:
        """The state of one key, from what stands under it."""
        if value is None:
            return Supplied("empty")
        if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
            return Supplied("failed", note="it is not a FHIR resource")
        if value["resourceType"] == _OUTCOME:
            return Supplied("failed", note="the query failed")
        if value["resourceType"] == "Bundle":
            return self._bundle(value)
        return Supplied("data", (value,)) if self.owns(value) else Supplied("failed", note=FOREIGN)

    def _bundle(self, bundle: Resource) -> Supplied:
        entries = bundle.get("entry", [])
        if not isinstance(entries, list):
            return Supplied("failed", note="its entries are not a list")
        resources: list[Any] = [entry.get("resource") for entry in entries if isinstance(entry, dict)]
        kinds = [one.get("resourceType") if isinstance(one, dict) else None for one in resources]
        if len(resources) != len(entries) or {type(kind) for kind in kinds} - {str}:
            return Supplied("failed", note="an entry holds no resource")
        matches = tuple([one for one, kind in zip(resources, kinds, strict=True) if kind != _OUTCOME])
        worry = self._worry([one for one, kind in zip(resources, kinds, strict=True) if kind == _OUTCOME], matches)
        if not self._own.owns_all(matches):
            return Supplied("failed", note=FOREIGN)
        if not matches:
            unsure = worry or has_more(bundle, 0)
            return (
                Supplied("failed", note="the query gave an outcome instead of matches") if unsure else Supplied("empty")
            )
        note = f"may lack entries: the EHR's search came with {worry}" if worry else ""
        return Supplied("data", matches, complete=not worry and not has_more(bundle, len(matches)), note=note)

    def _worry(self, outcomes: Iterable[Resource], matches: Collection[Resource]) -> str:
        """What an outcome is that says more than information, or nothing that we understand; empty when none does."""
        listed = [issue for outcome in outcomes for issue in _issues(outcome)]
        severities = [_word(issue, "severity") for issue in listed if not self._harmless(issue, bool(matches))]
        if not severities:
            return ""
        return next((words for severity, words in _WORRIES.items() if severity in severities), _UNCLEAR)

    def _harmless(self, issue: Resource, has_matches: bool) -> bool:
        severity = _word(issue, "severity")
        if severity in _HARMLESS:
            return True
        if has_matches:
            return severity == "warning" and _word(issue, "code") in _ABOUT_THE_QUESTION
        return severity == "warning" and any(code in self.known_empty for code in _codes(issue))


def resolve_prefetch(request: HookRequest, known_empty: Collection[str] = ()) -> Prefetch:
    """Read every key that we know; what a client adds of its own is ignored.

    `known_empty` are the outcome codes by which this client's EHR says that it looked and found none.
    """
    reader = KeyReader(request.context.patient_id, request.fhir_server, known_empty)
    known = (key for key in PREFETCH_TEMPLATES if key in request.prefetch)
    supplied = {key: reader.supplied(request.prefetch[key]) for key in known}
    return Prefetch(supplied, tuple(key for key, one in supplied.items() if one.note == FOREIGN))


def next_link(bundle: object) -> str | None:
    """The URL of the next page as the Bundle gives it, unchecked."""
    links = bundle.get("link") if isinstance(bundle, dict) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def has_more(bundle: Resource, matches: int) -> bool:
    """Whether there are matches that this page, with `matches` of them, does not hold, or nobody can tell."""
    links, total = bundle.get("link"), bundle.get("total")
    paged = isinstance(links, list) and any(isinstance(link, dict) and link.get("relation") == "next" for link in links)
    odd = not isinstance(links, list | None) or isinstance(total, bool) or not isinstance(total, int | None)
    return paged or odd or (total is not None and (total > matches or total < 0))


def _issues(outcome: Resource) -> list[Resource]:
    """Its issues; one that says nothing for each that is no issue, and for an outcome without any."""
    issues = outcome.get("issue")
    listed = issues if isinstance(issues, list) and issues else [None]
    return [issue if isinstance(issue, dict) else {} for issue in listed]


def _word(issue: Resource, member: str) -> str:
    value = issue.get(member)
    return value if isinstance(value, str) else ""


def _codes(issue: Resource) -> Iterator[str]:
    details = issue.get("details")
    coding = details.get("coding") if isinstance(details, dict) else None
    for one in coding if isinstance(coding, list) else ():
        if isinstance(one, dict) and isinstance(one.get("code"), str):
            yield one["code"]
