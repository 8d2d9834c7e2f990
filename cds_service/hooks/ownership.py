"""Whose a resource is: everything in a call must belong to its one patient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from cds_service.errors import InvalidRequest
from cds_service.hooks.members import Brought, Resource

_NAMING = ("subject", "patient", "for", "beneficiary")
_OTHER_NAMING = frozenset({"patient", "for", "beneficiary", "participant"})


@dataclass(frozen=True)
class OwnPatient:
    """`{fhirServer}/Patient/x` is the same patient as `Patient/x`; a resource that names nobody is taken as sent."""

    patient_id: str
    fhir_server: str | None

    def owns(self, resource: Resource) -> bool:
        """False when the resource names another patient."""
        if resource.get("resourceType") == "Patient":
            return resource.get("id") == self.patient_id
        return all(map(self.is_same, _named(resource)))

    def owns_all(self, resources: Iterable[Resource]) -> bool:
        """False when one of them names another patient."""
        usual = {"reference": self._usual}  # nearly always: a call holds a hundred resources of its patient
        unusual = [
            one
            for one in resources
            if one.get("subject") != usual or one.get("resourceType") == "Patient" or not _OTHER_NAMING.isdisjoint(one)
        ]
        return all(map(self.owns, unusual))

    def is_same(self, reference: str) -> bool:
        base = (self.fhir_server or "").rstrip("/")
        relative = reference.removeprefix(f"{base}/") if base else reference
        return relative.split("/_history/")[0] in (self._usual, f"urn:uuid:{self.patient_id}")

    @cached_property
    def _usual(self) -> str:
        return f"Patient/{self.patient_id}"


def require_own(brought: tuple[Brought, ...], own: OwnPatient) -> None:
    """InvalidRequest, naming the place, when a resource of the context is another patient's."""
    for where, resource in brought:
        if own.owns(resource):
            continue
        naming = next((member for member in _NAMING if isinstance(resource.get(member), dict)), "")
        raise InvalidRequest(
            "the resource is for another patient than context.patientId", f"{where}.{naming}" if naming else where
        )


def _named(resource: Resource) -> Iterator[str]:
    """References that say whose it is. An Appointment names its patient among its participants."""
    for member in _NAMING:
        named = resource.get(member)
        if isinstance(named, dict) and isinstance(named.get("reference"), str):
            yield named["reference"]
    participants = resource.get("participant")
    for participant in participants if isinstance(participants, list) else ():
        actor = participant.get("actor") if isinstance(participant, dict) else None
        reference = actor.get("reference") if isinstance(actor, dict) else None
        if isinstance(reference, str) and "Patient/" in f"/{reference}":
            yield reference
