"""`governance burden` on a small set: a transaction Bundle and a bulk file, each order asked about on its own day."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli.governance import command
from cds_service.replay.calls import Period, signings
from cds_service.replay.partitions import histories_in

WHO = {"reference": "urn:uuid:p1"}


def order(number: int, text: str, on: str, **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": f"m{number}",
        "status": "active",
        "intent": "order",
        "subject": WHO,
        "authoredOn": on,
        "medicationCodeableConcept": {"text": text},
        **members,
    }


PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1980-01-01"}
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "id": "a1",
    "code": {"text": "penicillin"},
    "patient": WHO,
    "recordedDate": "2020-06-01",
}
PROBLEM = {
    "resourceType": "Condition",
    "id": "c1",
    "code": {"text": "otitis media"},
    "subject": WHO,
    "recordedDate": "2021-01-01T08:00:00Z",
}
ORDERS = [
    order(1, "amoxicillin 500 mg tid", "2020-01-01"),
    order(2, "amoxicillin 500 mg tid", "2021-01-01T08:00:00Z", reasonReference=[{"reference": "urn:uuid:c1"}]),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    resources = (PATIENT, ALLERGY, PROBLEM, *ORDERS)
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    (tmp_path / "one.json.gz").write_bytes(gzip.compress(json.dumps(bundle).encode()))
    # The same order in a bulk file beside it is the same order.
    bulk = {**ORDERS[1], "subject": {"reference": "Patient/p1"}, "reasonReference": [{"reference": "Condition/c1"}]}
    (tmp_path / "bulk").mkdir()
    (tmp_path / "bulk" / "MedicationRequest.ndjson").write_text(json.dumps(bulk) + "\n", "utf-8")
    return tmp_path


def test_cards_are_counted_by_service_topic_and_display(folder: Path) -> None:
    done = CliRunner().invoke(command, ["burden", "--bundle", str(folder)])
    assert done.exit_code == 0, done.output
    assert "1 patients, 2 orders" in done.output
    shown = {line[:44].strip(): line[44:].split() for line in done.output.splitlines()[2:] if line[:1].isalpha()}
    assert shown["medication-safety / drug-allergy"] == ["50.0", "0.0", "0.0", "50.0"], (
        "the allergy came after the first"
    )
    assert shown["medication-safety / duplicate-therapy"][1] == "50.0"


def test_an_order_is_asked_about_with_the_chart_of_its_day(folder: Path) -> None:
    (found,) = histories_in(folder)
    first, second = signings(found, "order", Period())
    counts = [
        [len(ask.body["prefetch"][key]["entry"]) for key in ("allergies", "medications")] for ask in (first, second)
    ]
    assert counts == [[0, 0], [1, 1]]
    draft = second.body["context"]["draftOrders"]["entry"][0]["resource"]
    assert draft["reasonReference"] == [{"reference": "Condition/c1"}] and draft["status"] == "draft"
