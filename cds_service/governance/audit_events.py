"""Audit rows as R4 AuditEvents in the shape of IHE's Basic Audit Log Patterns (PatientRead, PatientQuery).

Identifiers only, never results. Client and server stand as the two agents; the patient, where there is one, and our own
id of what happened stand as entities.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.governance.r4 import coding
from cds_service.store import AuditRow

TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
REST = "http://hl7.org/fhir/restful-interaction"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
KINDS = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
BALP_KINDS = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"

# Our action, longest beginning first: FHIR interaction, and the letter of AuditEvent.action.
_INTERACTIONS: Mapping[str, tuple[str, str]] = {
    "fhir-served-search": ("search-type", "E"),
    "fhir-served": ("read", "R"),
    "fhir-token": ("operation", "E"),
    "fhir-search": ("search-type", "E"),
    "fhir": ("read", "R"),
    "smart-launch": ("operation", "E"),
    "smart-logout": ("operation", "E"),
    "smart": ("read", "R"),
    "view": ("read", "R"),
    "invoke": ("operation", "E"),
    "prefetch": ("operation", "E"),
    "feedback": ("create", "C"),
    "register": ("update", "U"),
    "export": ("search-type", "E"),
    "retain": ("delete", "D"),
    "reseal": ("update", "U"),
    "write-back-": ("update", "U"),
    "write-back": ("create", "C"),
    "key": ("update", "U"),
    "approve": ("update", "U"),
    "migrate": ("update", "U"),
    "grant": ("update", "U"),
    "revoke": ("update", "U"),
    "writer-test": ("update", "U"),
    "index-evidence": ("update", "U"),
    "import-evidence": ("create", "C"),
    "retire-evidence": ("update", "U"),
    "make-own-key": ("create", "C"),
    "retire-own-key": ("update", "U"),
    "hold": ("update", "U"),
}
_OTHER = ("operation", "E")
_OUTCOMES = {"refused": "4", "failed": "8"}
# Actions in which we are the one who asks and the EHR's server is the one who gives.
_WE_ASK = ("fhir", "smart-launch", "write-back")
_WE_ARE_ASKED = ("fhir-served", "fhir-token")


def audit_event(row: AuditRow, observer: str) -> dict[str, Any]:
    """`observer` is the public URL of this service."""
    event = row.event
    interaction, letter = interaction_of(event.action)
    us, them = _agent("us", observer), _agent("them", event.issuer or "unknown")
    we_ask = event.action.startswith(_WE_ASK) and not event.action.startswith(_WE_ARE_ASKED)
    client, server = (us, them) if we_ask else (them, us)
    return {
        "resourceType": "AuditEvent",
        "id": row.id,
        "type": coding(TYPES, "rest", "Restful Operation"),
        "subtype": [coding(REST, interaction, interaction), {"system": "urn:countersign:action", "code": event.action}],
        "action": letter,
        "recorded": row.at.isoformat(),
        "outcome": _OUTCOMES.get(event.outcome, "0"),
        "outcomeDesc": event.outcome,
        "agent": [
            {"type": {"coding": [coding(DICOM, "110152", "Destination Role ID")]}, **client},
            {"type": {"coding": [coding(DICOM, "110153", "Source Role ID")]}, **server},
        ],
        "source": {"site": event.tenant or "unknown", "observer": {"identifier": {"value": observer}}},
        "entity": _entities(row),
    }


def interaction_of(action: str) -> tuple[str, str]:
    """The FHIR interaction of one of our actions, and AuditEvent's letter for it."""
    return next((kind for start, kind in _INTERACTIONS.items() if action.startswith(start)), _OTHER)


def _agent(who: str, address: str) -> dict[str, Any]:
    named = {"identifier": {"value": address}}
    return {"who": named, "requestor": who == "them", "network": {"address": address, "type": "5"}}


def _entities(row: AuditRow) -> list[dict[str, Any]]:
    event = row.event
    found: list[dict[str, Any]] = []
    if event.patient:
        patient = event.patient if "/" in event.patient else f"Patient/{event.patient}"
        person = {"type": coding(KINDS, "1", "Person"), "role": coding(ROLES, "1", "Patient")}
        found.append({"what": {"reference": patient}, **person})
    details = [{"type": name, "valueString": str(value)} for name, value in event.detail.items() if value is not None]
    data: dict[str, Any] = {"type": coding(KINDS, "2", "System Object"), "role": coding(ROLES, "4", "Domain Resource")}
    data["what"] = {"identifier": {"system": "urn:countersign:subject", "value": event.subject or row.id}}
    found.append({**data, "detail": details} if details else data)
    transaction = {"identifier": {"value": row.id}}
    found.append({"what": transaction, "type": coding(BALP_KINDS, "XrequestId", "X-Request-Id")})
    return found
