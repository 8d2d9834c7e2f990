"""POST /evidence/questions over HTTP: who may ask, what comes back, and that nothing of a question is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from jsonschema_rs import Draft202012Validator

from cds_service.web.schemas import all_schemas
from tests.cds_service.web.ehr_tokens import Ehr
from tests.hook_calls import PATIENT, bundle, chart, creatinine, fresh, person, weight
from tests.running_service import RunningService, in_this_process, migrated

PATH = "/evidence/questions"
CONTEXT = {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT}


@pytest.fixture(scope="module")
def asked_ehr() -> Ehr:
    return Ehr("https://ehr.example.org/fhir", "north", "")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, asked_ehr: Ehr) -> Iterator[RunningService]:
    """Client authentication on; no models, so that nothing is embedded and words alone decide."""
    folder = tmp_path_factory.mktemp("library")
    (models := folder / "models").mkdir()
    (models / "manifest.json").write_text("{}")
    settings = migrated(folder / "run", asked_ehr.registration(), MODELS_DIR=str(models))
    asked_ehr.public_url = settings.public_url
    with in_this_process(settings) as running:
        yield running


@pytest.fixture
def ask(library: RunningService, asked_ehr: Ehr) -> Any:
    def post(body: Any, path: str = PATH) -> requests.Response:
        return requests.post(library.url + PATH, json=body, headers=asked_ehr.bearer(path), timeout=60)

    return post


def test_a_question_finds_passages_with_source_and_marked_words(ask: Any) -> None:
    answered = ask({"question": "Which dose of gabapentin in poor kidney function?", "count": 3})
    assert answered.status_code == 200
    body = answered.json()
    Draft202012Validator(all_schemas()["answer"]).validate(body)
    assert body["found"]
    assert "words alone" in body["degraded"]
    assert len(body["passages"]) == 3
    first = body["passages"][0]
    assert "gabapentin" in first["title"]
    assert first["source"]["title"]
    assert all(0 <= start < end <= len(one["text"]) for one in body["passages"] for start, end in one["spans"])
    assert body["calculators"] == []


def test_the_patients_values_stand_in_the_calculators_that_the_question_is_about(ask: Any) -> None:
    values = fresh(chart(labs=bundle(creatinine(1.4)), vitals=bundle(weight(68)), patient=person(gender="male")))
    body = {"question": "Dose of enoxaparin in kidney disease", "context": CONTEXT, "prefetch": values}
    clearance, gfr = ask(body).json()["calculators"]
    assert (clearance["name"], clearance["unit"], gfr["name"]) == ("Creatinine clearance", "mL/min", "eGFR")
    # Cockcroft-Gault by hand: (140 - 74) x 68 / (72 x 1.4)
    assert clearance["value"] == pytest.approx(44.5, abs=0.1)
    assert {"serum creatinine", "body weight"} <= {one["label"] for one in clearance["inputs"]}
    assert any(one["reference"] == "Observation/creatinine-1" and one["on"] for one in clearance["inputs"])


def test_what_the_chart_lacks_is_said_and_never_filled_in(ask: Any) -> None:
    old = fresh(chart(labs=bundle(creatinine(1.4, on="@now-400d")), vitals=bundle(weight(68))))
    clearance, *_ = ask({"question": "renal dose", "context": CONTEXT, "prefetch": old}).json()["calculators"]
    assert "value" not in clearance
    assert "older than" in clearance["reason"]
    calcium, *_ = ask({"question": "hypocalcaemia", "context": CONTEXT, "prefetch": chart()}).json()["calculators"]
    assert "value" not in calcium
    assert "no total calcium on record" in calcium["reason"]


def test_another_patients_values_are_not_used(ask: Any) -> None:
    foreign = {**creatinine(9.9), "subject": {"reference": "Patient/somebody-else"}}
    values = fresh(chart(labs=bundle(foreign), vitals=bundle(weight(68))))
    for one in ask({"question": "renal dose", "context": CONTEXT, "prefetch": values}).json()["calculators"]:
        assert "value" not in one
        assert "9.9" not in str(one)


def test_filters_narrow_and_what_they_do_not_know_is_refused(ask: Any) -> None:
    body = ask({"question": "kidney", "filters": {"drugs": ["Neurontin"]}}).json()
    assert all("gabapentin" in f"{one['title']} {one['text']}".lower() for one in body["passages"])
    refused = ask({"question": "kidney", "filters": {"drugs": ["Neurontin", "snake oil"]}})
    assert (refused.status_code, refused.json()["issue"][0]["expression"]) == (400, ["filters.drugs[1]"])
    nothing = ask({"question": "kidney", "filters": {"jurisdictions": ["XX"]}}).json()
    assert (nothing["found"], nothing["said"], nothing["passages"]) == (False, "not found in this corpus", [])


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "question"),
        ({"question": "  "}, "question"),
        ({"question": "x" * 301}, "question"),
        ({"question": 7}, "question"),
        ({"question": "x", "count": 0}, "count"),
        ({"question": "x", "count": True}, "count"),
        ({"question": "x", "filters": []}, "filters"),
        ({"question": "x", "filters": {"since": "soon"}}, "filters.since"),
        ({"question": "x", "filters": {"sections": [1]}}, "filters.sections"),
        ({"question": "x", "context": {"userId": "Practitioner/1"}}, "context.patientId"),
        ({"question": "x", "fhirServer": 1}, "fhirServer"),
    ],
)
def test_what_is_wrong_is_named(ask: Any, body: dict[str, Any], where: str) -> None:
    refused = ask(body)
    assert (refused.status_code, refused.json()["issue"][0]["expression"]) == (400, [where])


def test_only_a_registered_client_may_ask_and_only_with_a_token_for_this_address(
    library: RunningService, ask: Any
) -> None:
    assert requests.post(library.url + PATH, json={"question": "warfarin"}, timeout=60).status_code == 401
    assert ask({"question": "warfarin"}, path="/cds-services/medication-safety").status_code == 401


def test_each_question_is_on_record_without_its_words(library: RunningService, ask: Any) -> None:
    ask({"question": "Is zanzibarol safe after her stroke?", "context": CONTEXT})
    row = library.rows("audit")[-1]
    assert (row["action"], row["tenant"], row["issuer"]) == ("ask", "north", "https://ehr.example.org/fhir")
    assert row["patient"], "a question about a patient is on record for that patient"
    figures = requests.get(library.url + "/metrics", timeout=60).text
    written = str(library.rows("audit")) + figures
    assert "zanzibarol" not in written
    assert "stroke" not in written
