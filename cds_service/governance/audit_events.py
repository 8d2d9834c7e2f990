"""Audit rows as R4 AuditEvents in the shape of IHE's Basic Audit Log Patterns (BALP 1.1: Read, Query, Create, Update,
Delete, each with and without a Patient).

Identifiers only, never results. Client and server stand as agents: data flows from Source to Destination, so a client
that reads is the Destination and one that asks a search or brings something is the Source. The patient, where there is
one, what it was about, and our own details stand as three entities. `entity.query` is the search as the trail keeps it:
values that could name somebody are left out, the patient's is put back from where it lies sealed. BALP's patterns for
access tokens are not used: the tokens that we get name no user to us, and parts of a token are not kept.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cds_service.fhir.queries import THE_PATIENT
from cds_service.governance.r4 import coding
from cds_service.store import AuditEvent, AuditRow

TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
REST = "http://hl7.org/fhir/restful-interaction"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
KINDS = "http://terminology.hl7.org/CodeSystem/audit-entity-type"

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
    "export": ("operation", "E"),
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
    interaction, letter = _interaction(event)
    us, them = _agent("us", observer), _agent("them", event.issuer or "unknown")
    we_ask = event.action.startswith(_WE_ASK) and not event.action.startswith(_WE_ARE_ASKED)
    client, server = (us, them) if we_ask else (them, us)
    gives, takes = (server, client) if interaction == "read" else (client, server)
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
            {"type": {"coding": [coding(DICOM, "110152", "Destination Role ID")]}, **takes},
            {"type": {"coding": [coding(DICOM, "110153", "Source Role ID")]}, **gives},
        ],
        "source": {"site": event.tenant or "unknown", "observer": {"identifier": {"value": observer}}},
        "entity": _entities(row, interaction),
    }


def _interaction(event: AuditEvent) -> tuple[str, str]:
    """The FHIR interaction of an event, and AuditEvent's letter for it. What we read by a search says so."""
    if "query" in event.detail:
        return "search-type", "E"
    return next((kind for start, kind in _INTERACTIONS.items() if event.action.startswith(start)), _OTHER)


def _agent(who: str, address: str) -> dict[str, Any]:
    named = {"identifier": {"value": address}}
    return {"who": named, "requestor": who == "them", "network": {"address": address, "type": "5"}}


def _entities(row: AuditRow, interaction: str) -> list[dict[str, Any]]:
    event = row.event
    found: list[dict[str, Any]] = []
    if event.patient:
        patient = event.patient if "/" in event.patient else f"Patient/{event.patient}"
        person = {"type": coding(KINDS, "1", "Person"), "role": coding(ROLES, "1", "Patient")}
        found.append({"what": {"reference": patient}, **person})
    found.append(_asked(event) if interaction == "search-type" else _object(row, interaction))
    told = {name: value for name, value in event.detail.items() if value is not None and name != "query"}
    if told:
        details = [{"type": name, "valueString": str(value)} for name, value in told.items()]
        found.append({"type": coding(KINDS, "4", "Other"), "what": _ours(row), "detail": details})
    return found


def _object(row: AuditRow, interaction: str) -> dict[str, Any]:
    """What was read, made or changed: the resource where the trail knows it, else our own id of what happened."""
    event, kind = row.event, row.event.detail.get("resource_type")
    what = _ours(row)
    if interaction == "read" and kind == "Patient" and event.patient:
        what = {"reference": f"Patient/{event.patient.rpartition('/')[2]}"}
    elif event.action == "fhir-served-read" and kind and event.subject:
        what = {"reference": f"{kind}/{event.subject}"}
    return {"what": what, "type": coding(KINDS, "2", "System Object"), "role": coding(ROLES, "4", "Domain Resource")}


def _asked(event: AuditEvent) -> dict[str, Any]:
    patient = (event.patient or "").rpartition("/")[2]
    query = str(event.detail.get("query") or event.detail.get("resource_type") or event.action)
    asked = query.replace(THE_PATIENT, patient) if patient else query
    kind = {"type": coding(KINDS, "2", "System Object"), "role": coding(ROLES, "24", "Query")}
    return {**kind, "query": base64.b64encode(asked.encode()).decode()}


def _ours(row: AuditRow) -> dict[str, Any]:
    return {"identifier": {"system": "urn:countersign:subject", "value": row.event.subject or row.id}}
