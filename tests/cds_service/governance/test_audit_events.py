"""Audit rows as AuditEvents: each against BALP's profile of its interaction, and a checker that sees what is wrong."""

from __future__ import annotations

import base64
import copy
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent as R4BAuditEvent

from cds_service.fhir.queries import for_the_record
from cds_service.governance.audit_events import audit_event
from cds_service.store import AuditEvent, AuditRow
from tests.balp import profile_of, violations

US, EHR = "https://countersign.example.org", "https://ehr.example.org/fhir"
SEARCH = for_the_record("Observation", [("patient", "Patient/p1"), ("category", "laboratory"), ("_count", "100")])


def made(action: str, outcome: str = "done", patient: str | None = "p1", subject: str = "s1", **detail: Any) -> Any:
    event = AuditEvent(action, outcome, "north", EHR, subject, detail, patient)
    return audit_event(AuditRow(1, "row-1", datetime(2026, 11, 29, 7, tzinfo=UTC), event), US)


SEARCHED = made("fhir-read", resource_type="Observation", query=SEARCH, status=200, count=3)
READ = made("fhir-served-read", "shown", resource_type="DetectedIssue", status=200)


@pytest.mark.covers("I-143")
@pytest.mark.parametrize(
    ("event", "profile", "client"),
    [
        (SEARCHED, "PatientQuery", US),
        (made("fhir-read", resource_type="Patient", status=200), "PatientRead", US),
        (made("fhir-read", resource_type="Observation", query=SEARCH, patient=None), "Query", US),
        (READ, "PatientRead", EHR),
        (made("fhir-served-search", "shown", None, query="AuditEvent?_count=50"), "Query", EHR),
        (made("smart-evidence", "shown"), "PatientRead", EHR),
        (made("feedback", "taken", patient=None, count=1), "Create", EHR),
        (made("write-back", "written", resource_type="DetectedIssue", status=201), "PatientCreate", US),
        (made("register-cds-client", patient=None), "Update", EHR),
        (made("retain-calls", "erased", patient=None, count=7), "Delete", EHR),
        (made("fhir-read", "failed", resource_type="Observation", query=SEARCH, status=500), "PatientQuery", US),
        (made("invoke", "answered", cards=2), "", None),
        (made("export-audit", "begun", patient=None, reason="ndjson"), "", None),
    ],
)
def test_an_event_keeps_to_the_profile_of_its_interaction(event: Any, profile: str, client: str | None) -> None:
    R4BAuditEvent.model_validate(event)
    assert (profile_of(event), violations(event, client)) == (profile, [])


def test_a_search_is_told_with_the_patient_and_without_values_that_could_name_somebody() -> None:
    (asked,) = (one for one in SEARCHED["entity"] if "query" in one)
    said = base64.b64decode(asked["query"]).decode()
    assert said == "Observation?patient=Patient/p1&category=laboratory&_count=100"
    odd = [("patient", "x"), ("_id", "Ms Smith"), ("category", "Ms Smith"), ("date", "Ms Smith"), ("Ms Smith", "1")]
    assert for_the_record("Observation", odd) == "Observation?patient=Patient/{patient}&_id=*&category=*&date=*"


def test_what_was_read_is_named_where_the_trail_knows_it() -> None:
    assert {"reference": "DetectedIssue/s1"} in [one["what"] for one in READ["entity"]]
    details = {one["type"]: one["valueString"] for entity in READ["entity"] for one in entity.get("detail", ())}
    assert details == {"resource_type": "DetectedIssue", "status": "200"}


BENT = {
    "roles the other way round": lambda event: event["agent"].reverse() or _swap_types(event),
    "no query": lambda event: event["entity"][1].pop("query"),
    "a query that is not base64": lambda event: event["entity"][1].update(query="Observation?patient=p1"),
    "what beside a query": lambda event: event["entity"][1].update(what={"reference": "Observation/1"}),
    "two queries": lambda event: event["entity"].append(event["entity"][1]),
    "another action": lambda event: event.update(action="R"),
    "another role of the patient": lambda event: event["entity"][0]["role"].update(code="4"),
    "a patient that is none": lambda event: event["entity"][0]["what"].update(reference="Practitioner/p1"),
    "no network": lambda event: event["agent"][0].pop("network"),
    "no observer": lambda event: event["source"].pop("observer"),
    "a second interaction": lambda event: event["subtype"].append({**event["subtype"][0], "code": "read"}),
    "a failure told as a success": lambda event: event.update(outcome="8"),
}


def _swap_types(event: dict[str, Any]) -> None:
    first, second = event["agent"]
    first["who"], second["who"] = second["who"], first["who"]


@pytest.mark.parametrize("bent", list(BENT))
def test_the_checker_sees(bent: str) -> None:
    event = copy.deepcopy(SEARCHED)
    BENT[bent](event)
    assert violations(event, US), bent
