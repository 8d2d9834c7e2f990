"""What the EHR supplied under a key is absent, empty, failed or data; only "empty" may ever lead to silence."""

from __future__ import annotations

from typing import Any

import pytest

from tests.hook_calls import PATIENT, active, allergy, bundle, chart, draft, egfr, order_sign, person
from tests.running_service import RunningService

Resource = dict[str, Any]
NEXT_PAGE = [{"relation": "next", "url": "https://ehr.example.org/fhir?page=2"}]


def outcome(severity: Any, code: Any = "processing") -> Resource:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


EMPTY: dict[str, Any] = {
    "null": None,
    "a Bundle without entries": bundle(),
    "a Bundle with no entry member": {"resourceType": "Bundle", "type": "searchset", "total": 0},
    "a Bundle with a remark and no matches": bundle(outcome("information")),
}
FAILED: dict[str, Any] = {
    "an OperationOutcome": outcome("error"),
    "an OperationOutcome that only warns": outcome("warning"),
    "a Bundle with a warning in place of matches": bundle(outcome("warning")),
    "a Bundle with an error and a match": bundle(outcome("fatal"), kind="searchset", total=7),
    "a Bundle that says there are matches and has none": {**bundle(), "total": 3},
    "a Bundle whose total is text": {**bundle(), "total": "5"},
    "a Bundle whose total is below zero": {**bundle(), "total": -1},
    "a Bundle whose links are none": bundle(link="https://ehr.example.org/fhir?page=2"),
    "a Bundle whose pages are elsewhere": bundle(link=NEXT_PAGE),
    "a Bundle with an entry without a resource": {"resourceType": "Bundle", "entry": [{}]},
    "text": "none",
    "an array": [],
}
LISTS = {"medications": "medication list", "allergies": "allergy list"}


def with_key(key: str, value: Any) -> Resource:
    return order_sign(draft("lisinopril 10 mg daily"), prefetch=chart(**{key: value}))


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("state", EMPTY)
@pytest.mark.covers("D9", "C-59", "R3")
def test_a_list_known_to_be_empty_is_silence(service: RunningService, key: str, state: str) -> None:
    reply = service.ask(with_key(key, EMPTY[state]))
    assert reply.cards == []
    assert not [said for said in reply.not_assessed if LISTS[key] in said]


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.parametrize("state", FAILED)
@pytest.mark.covers("C-58", "SC14")
def test_a_list_that_could_not_be_read_is_a_warning(service: RunningService, key: str, state: str) -> None:
    reply = service.ask(with_key(key, FAILED[state]))
    card = reply.card("not-assessed")
    assert card["indicator"] == "warning"
    assert f"{LISTS[key]} could not be read" in card["detail"]


@pytest.mark.parametrize("key", LISTS)
@pytest.mark.covers("C-56", "D6")
def test_a_list_that_was_not_sent_is_a_warning(service: RunningService, key: str) -> None:
    body = with_key(key, None)
    del body["prefetch"][key]
    card = service.ask(body).card("not-assessed")
    assert card["indicator"] == "warning"
    assert f"{LISTS[key]} was not supplied" in card["detail"]


@pytest.mark.covers("E-95", "D6")
def test_without_any_prefetch_one_warning_says_that_nothing_was_checked(service: RunningService) -> None:
    body = order_sign(draft("lisinopril 10 mg daily"))
    del body["prefetch"]
    (card,) = service.ask(body).cards
    assert card["indicator"] == "warning"
    for list_name in LISTS.values():
        assert f"{list_name} was not supplied" in card["detail"]


def test_a_laboratory_order_needs_no_chart(service: RunningService) -> None:
    order = {"resourceType": "ServiceRequest", "id": "draft-1", "status": "draft", "intent": "order"}
    reply = service.ask(order_sign(order, prefetch={}))
    assert (reply.cards, reply.not_assessed) == ([], [])


@pytest.mark.parametrize(
    ("key", "page"),
    [("medications", active("atorvastatin 20 mg daily")), ("allergies", allergy("peanut", category=["food"]))],
)
def test_a_list_with_further_pages_is_used_and_its_gap_is_a_warning(
    service: RunningService, key: str, page: Resource
) -> None:
    reply = service.ask(with_key(key, bundle(page, link=NEXT_PAGE)))
    card = reply.card("not-assessed")
    assert card["indicator"] == "warning"
    assert f"{LISTS[key]} has further pages that were not supplied" in card["detail"]


@pytest.mark.parametrize(
    ("severity", "code", "said"),
    [
        ("success", "informational", None),
        ("information", "processing", None),
        ("warning", "not-supported", None),
        ("warning", "informational", None),
        ("warning", "value", "with a warning"),
        ("warning", "incomplete", "with a warning"),
        ("warning", "suppressed", "with a warning"),
        ("warning", "processing", "with a warning"),
        ("error", "exception", "with an error"),
        ("fatal", "exception", "with an error"),
        ("severe", "exception", "with an outcome that we do not understand"),
        (["warning"], ["value"], "with an outcome that we do not understand"),
        ("warning", ["value"], "with a warning"),
    ],
)
@pytest.mark.covers("D10")
def test_an_outcome_beside_matches_is_no_further_page(
    service: RunningService, severity: Any, code: Any, said: str | None
) -> None:
    """The matches are used; of a remark on how was asked nothing is said, of all else what it is."""
    medications = bundle(active("warfarin 5 mg daily"), outcome(severity, code))
    reply = service.ask(order_sign(draft("bactrim ds bid"), prefetch=chart(medications=medications)))
    assert reply.card("drug-interaction")
    about = [one for one in reply.not_assessed if "medication list" in one]
    assert "further pages" not in reply.text
    lacking = f"not-assessed: medication list may lack entries: the EHR's search came {said}"
    assert about == ([lacking] if said else [])
    if said:
        assert "the EHR's search" in reply.card("not-assessed")["summary"]


def test_a_concern_on_the_first_page_still_gives_its_card(service: RunningService) -> None:
    medications = bundle(active("warfarin 5 mg daily"), link=NEXT_PAGE)
    reply = service.ask(order_sign(draft("bactrim ds bid"), prefetch=chart(medications=medications)))
    assert reply.card("drug-interaction") and reply.card("not-assessed")


@pytest.mark.parametrize("count", [1, 2])
def test_a_current_medication_without_any_name_is_a_warning(service: RunningService, count: int) -> None:
    """Its Medication did not come along: it could be any drug, as on a page that is missing."""
    nameless = {**active("x"), "medicationReference": {"reference": "Medication/not-here"}}
    del nameless["medicationCodeableConcept"]
    listed = bundle(active("warfarin 5 mg daily"), *({**nameless, "id": f"nameless-{n}"} for n in range(count)))
    reply = service.ask(order_sign(draft("bactrim ds bid"), prefetch=chart(medications=listed)))
    assert reply.card("drug-interaction")["indicator"] == "warning"
    card = reply.card("not-assessed")
    said = "1 current medication names no drug" if count == 1 else "2 current medications name no drug"
    assert (card["indicator"], card["summary"]) == ("warning", f"{said}: not held against the orders")


def test_statements_that_could_not_be_read_are_a_warning(service: RunningService) -> None:
    card = service.ask(with_key("statements", outcome("error"))).card("not-assessed")
    assert card["indicator"] == "warning"
    assert "statements could not be read" in card["detail"]


def test_laboratory_results_that_could_not_be_read_are_said_where_they_matter(service: RunningService) -> None:
    reply = service.ask(order_sign(draft("metformin 1000 bid"), prefetch=chart(labs=outcome("error"))))
    assert any("could not be read: metformin dose not checked" in said for said in reply.not_assessed)
    other = service.ask(order_sign(draft("atorvastatin 20 mg daily"), prefetch=chart(labs=outcome("error"))))
    assert not [said for said in other.not_assessed if "laboratory" in said]


@pytest.mark.parametrize(
    ("key", "foreign"),
    [
        ("medications", active("atorvastatin 20 mg", subject={"reference": "Patient/someone-else"})),
        (
            "medications",
            active("atorvastatin 20 mg", subject={"reference": "https://elsewhere.example/Patient/ruth-alder"}),
        ),
        ("allergies", allergy("lisinopril", patient={"reference": "Patient/someone-else"})),
    ],
)
@pytest.mark.covers("SC14")
def test_a_key_with_another_patients_resource_is_refused_whole_and_audited(
    service: RunningService, key: str, foreign: Resource
) -> None:
    own = {"medications": active("warfarin 5 mg", 2), "allergies": allergy("lisinopril", 2)}[key]
    before = refusals(service)
    reply = service.ask(order_sign(draft("lisinopril 10 mg daily"), prefetch=chart(**{key: bundle(own, foreign)})))
    assert [found["topic"] for found in reply.findings] == ["not-assessed"]
    assert f"{LISTS[key]} could not be read" in reply.card("not-assessed")["detail"]
    assert any("resource of another patient" in said for said in reply.not_assessed)
    assert "someone-else" not in reply.text
    assert refusals(service) == before + 1


def test_another_patient_under_the_patient_key_gives_no_age(service: RunningService) -> None:
    before = refusals(service)
    other = person(id="someone-else")
    reply = service.ask(order_sign(draft("lisinopril 10 mg daily"), prefetch=chart(patient=other)))
    assert any("prefetch patient was refused" in said for said in reply.not_assessed)
    assert refusals(service) == before + 1


def test_the_same_patient_with_the_servers_address_is_the_same_patient(service: RunningService) -> None:
    subject = {"reference": f"https://ehr.example.org/fhir/Patient/{PATIENT}"}
    body = order_sign(
        draft("bactrim ds bid", subject=subject),
        prefetch=chart(medications=bundle(active("warfarin 5 mg daily", subject=subject))),
    )
    reply = service.ask({**body, "fhirServer": "https://ehr.example.org/fhir/"})
    assert [found["topic"] for found in reply.findings] == ["drug-interaction"]


def test_data_are_used(service: RunningService) -> None:
    reply = service.ask(order_sign(draft("metformin 1000 bid"), prefetch=chart(labs=bundle(egfr(24)))))
    assert reply.card("renal-dosing")["indicator"] == "critical"


def refusals(service: RunningService) -> int:
    found = [row for row in service.rows("audit") if (row["action"], row["outcome"]) == ("prefetch", "refused")]
    return len(found)
