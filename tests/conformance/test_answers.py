"""Answers of the whole service to calls as EHRs make them, held against the checklist clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conformance.card_checker import CLAUSES
from tests.conformance.exchange import Exchange, words_of
from tests.hook_calls import (
    active,
    allergy,
    bundle,
    chart,
    discharge,
    draft,
    egfr,
    fresh,
    order_select,
    order_sign,
    patient_view,
    problem,
)
from tests.running_service import RunningService

Body = dict[str, Any]
LOCAL = "medication-safety"


@dataclass(frozen=True)
class Answered:
    request: Body
    response: Body


def calls() -> Iterator[tuple[str, Body]]:
    """Service and call: loud ones, quiet ones, and some about which little can be said."""
    warfarin = chart(medications=bundle(active("warfarin 5 mg daily")), labs=bundle(egfr(24)))
    yield LOCAL, order_sign(draft("bactrim ds bid x 10d"), draft("metformin 1000 bid", 2), prefetch=warfarin)
    yield LOCAL, order_sign(draft("amox 500 tid"), prefetch=chart(allergies=bundle(allergy("penicillin"))))
    yield LOCAL, order_sign(draft("acetaminophen 500 mg q6h prn"))
    yield LOCAL, order_sign(draft("zorbaquint 5 mg"), prefetch={})
    yield LOCAL, order_sign(draft("omeprazole 20 mg"), prefetch=chart(medications=bundle(active("clopidogrel 75 mg"))))
    yield "companion-orders", order_sign(draft("warfarin 5 mg daily"))
    yield "care-checklist", patient_view(prefetch=chart(problems=bundle(problem("Type 2 diabetes"))))
    yield "discharge-instructions", discharge(medications=bundle(active("warfarin 5 mg daily")))
    yield "order-completion", order_sign(draft("metforminn 500 mg po bid"))


@pytest.fixture(scope="module")
def answers(service: RunningService) -> list[Answered]:
    made = [(name, body, service.ask(body, name).body) for name, body in calls()]
    assert sum(len(response["cards"]) for _, _, response in made) > 5
    return [Answered(body, response) for _, body, response in made]


@pytest.mark.covers(
    "A1", "A3", "A4", "A5", "F1", "F5", "F6", "F7", "F8", "F9", "F11", "F12", "F13", "F14", "F15", "F16"
)
@pytest.mark.covers("F17", "F18", "F19", "F20", "F21", "F22", "F24", "F25", "F26", "F27", "F28", "F31", "F33", "H4")
@pytest.mark.covers("P8", "P9", "SC15", "SC16", "SC18", "SC19", "E-92", "E-100", "S3")
def test_every_clause_holds_for_every_answer(answers: list[Answered]) -> None:
    """The clauses bear the checklist's ids; test_card_checker shows that each can fail."""
    listed = {"A3", "A4", "A5", "F1", "F5", "F6", "F7", "F8", "F9", "F11", "F12", "F13", "F14", "F15", "F16", "F17"}
    listed |= {"F18", "F19", "F20", "F21", "F22", "F24", "F25", "F26", "F27", "F28", "F31", "F33"}
    assert listed <= CLAUSES.keys()
    for one in answers:
        for name, check in CLAUSES.items():
            assert list(check(Exchange(one.request, one.response))) == [], name


@pytest.mark.covers("F2")
def test_no_advice_is_an_empty_array(service: RunningService) -> None:
    reply = service.ask(order_sign(draft("acetaminophen 500 mg q6h prn")))
    assert (reply.status, reply.cards) == (200, [])


@pytest.mark.covers("H1", "H2")
def test_extensions_are_named_in_reverse_domain_style(answers: list[Answered]) -> None:
    extended = [part for one in answers for part in (one.response, *one.response["cards"])]
    names = {name for part in extended for name in part.get("extension", {})}
    ours = ("assessment", "concern", "checklist", "discharge")
    assert names == {f"org.countersign.{name}" for name in ours}


@pytest.mark.covers("H3", "F22", "F23")
def test_codings_have_code_and_system_and_reasons_a_display(answers: list[Answered]) -> None:
    for answer in answers:
        for card in answer.response["cards"]:
            assert card["source"]["topic"].keys() >= {"code", "system"}
            reasons = card["overrideReasons"]
            assert all(reason["code"] and reason["system"] and reason["display"] for reason in reasons)
            assert {reason["system"].rpartition("/")[2] for reason in reasons} == {"non-adherence-reason-codes"}


@pytest.mark.covers("P14", "F26")
def test_a_card_leads_to_the_app_by_a_smart_link_alone(answers: list[Answered]) -> None:
    links = [link for answer in answers for card in answer.response["cards"] for link in card["links"]]
    assert {(link["type"], link["url"]) for link in links} == {("smart", "http://127.0.0.1:8001/launch")}


@pytest.mark.covers("F34", "E-98", "SC24")
def test_a_card_says_which_order_on_what_basis_from_which_dates_and_in_which_version(
    service: RunningService,
) -> None:
    body = order_sign(
        draft("metformin 1000 mg bid"), draft("cetirizine 10 mg", 2), prefetch=chart(labs=bundle(egfr(24)))
    )
    card = service.ask(body).card("renal-dosing")
    assert card["summary"].startswith("metformin 1000 mg bid")
    assert re.search(r"24", card["detail"]) and re.search(r"\d{4}-\d\d-\d\d|\d{1,2} \w+ \d{4}", card["detail"])
    assert card["extension"]["org.countersign.concern"]["version"]
    assert card["source"]["label"]
    without = service.ask(order_sign(draft("metformin 1000 mg bid"), prefetch=chart(labs=None)))
    assert any("metformin" in said and "kidney" in said.lower() for said in without.not_assessed), without.not_assessed


@pytest.mark.covers("A8", "R3", "R4")
def test_clients_of_2_0_and_3_0_are_answered_alike(service: RunningService) -> None:
    """2.0 says null where 3.0 sends an empty Bundle, v1 scopes where 3.0 has v2; neither may change the advice."""
    drug = draft("bactrim ds bid")
    known = {"medications": bundle(active("warfarin 5 mg daily"))}
    old = order_sign(drug, prefetch={**chart(**known), "allergies": None, "statements": None})
    new = order_sign(drug, prefetch=chart(**known))
    for body, scope in ((old, "patient/*.read"), (new, "patient/*.rs")):
        token = {"access_token": "t", "token_type": "Bearer", "expires_in": 300, "subject": "c", "scope": scope}
        body |= {"fhirServer": "https://ehr.example.org/fhir", "fhirAuthorization": {**token, "patient": "ruth-alder"}}
    assert service.ask(old).findings == service.ask(new).findings != []


@pytest.mark.covers("C9")
def test_a_half_written_draft_is_no_fault_in_order_select(service: RunningService) -> None:
    bare = {"resourceType": "MedicationRequest", "id": "draft-1", "status": "draft", "intent": "order"}
    body = order_select(bare, selections=["MedicationRequest/draft-1"])
    assert service.call(body).status == 200


@pytest.mark.covers("C-70", "P7")
def test_optional_members_may_be_there_or_not(service: RunningService) -> None:
    body = order_sign(draft("bactrim ds bid"), prefetch=chart(medications=bundle(active("warfarin"))))
    with_all = {**body, "fhirServer": None, "fhirAuthorization": None, "extension": {"com.vendor": {"a": 1}}}
    assert service.ask(fresh(with_all)).findings == service.ask(fresh(body)).findings


@pytest.mark.covers("G8")
def test_silence_about_a_card_is_stored_as_nothing(service: RunningService) -> None:
    body = order_sign(draft("bactrim ds bid"), prefetch=chart(medications=bundle(active("warfarin 5 mg daily"))))
    uuids = {card["uuid"] for card in service.ask(body).cards}
    assert uuids and not [row for row in service.rows("feedback") if row["card"] in uuids]


def test_no_text_of_an_answer_is_blank(answers: list[Answered]) -> None:
    assert not [where for answer in answers for where, text in words_of(answer.response) if not text.strip()]
