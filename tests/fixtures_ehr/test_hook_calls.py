"""Hook calls as they leave the EHR, and answers as the page shows them."""

from __future__ import annotations

import re
import uuid

import pytest

from cds_service.reply import SILENT
from fixtures.ehr import prefetch
from fixtures.ehr.records import Records
from fixtures.ehr.settings import PATIENTS
from fixtures.ehr.stories import load_records, load_stories

from .at_the_desk import RUTH, TYPED, advise, only_draft, press
from .fake_cds_service import card, suggestion


def test_what_was_typed_is_sent_exactly_as_typed(ehr, cds):
    ehr.step(RUTH, "orders", text="  Bactrim DS bid x 10d <b> ")
    (body,) = cds.bodies
    draft = only_draft(body)
    assert draft["medicationCodeableConcept"] == {"text": "  Bactrim DS bid x 10d <b> "}
    assert "dosageInstruction" not in draft
    assert (draft["status"], draft["intent"]) == ("draft", "order")


def test_order_select_names_user_patient_visit_and_selection(ehr, cds):
    ehr.step(RUTH, "orders", text=TYPED)
    (body,) = cds.bodies
    context = body["context"]
    assert body["hook"] == "order-select"
    assert uuid.UUID(body["hookInstance"]).version == 4
    assert body["fhirServer"] == ehr.settings.fhir_base
    assert context["userId"] == "Practitioner/dr-ortiz"
    assert (context["patientId"], context["encounterId"]) == (RUTH, "ruth-alder-visit")
    assert context["selections"] == [f"MedicationRequest/{only_draft(body)['id']}"]


def test_prefetch_is_filled_and_what_cannot_be_filled_is_left_out(ehr, cds):
    ehr.step(RUTH, "orders", text=TYPED)
    sent = cds.bodies[0]["prefetch"]
    assert sent["patient"]["id"] == RUTH
    assert sent["encounter"]["id"] == "ruth-alder-visit"
    assert {entry["resource"]["medicationCodeableConcept"]["text"] for entry in sent["medications"]["entry"]} == {
        "warfarin 5 mg tablet",
        "metoprolol succinate ER 25 mg tablet",
    }
    assert sent["statements"]["total"] == 0
    assert "entry" not in sent["statements"]
    assert sent["labs"]["total"] == 4
    assert "beyond" not in sent


def test_a_read_that_finds_nothing_is_null_and_a_token_without_value_leaves_the_key_out():
    records = Records(lambda: load_records(PATIENTS, load_stories(PATIENTS)))
    templates = {"visit": "Encounter/{{context.encounterId}}", "user": "Practitioner/{{userPractitionerId}}"}
    context = {"userId": "Practitioner/dr-ortiz", "patientId": RUTH}
    assert set(prefetch.fill(templates, context, records, "http://x/fhir")) == {"user"}
    filled = prefetch.fill(templates, context | {"encounterId": "none"}, records, "http://x/fhir")
    assert filled["visit"] is None


def test_every_call_carries_a_fresh_token_for_exactly_that_endpoint(ehr, cds):
    advise(cds, card())
    page = ehr.step(RUTH, "orders", text=TYPED)
    ehr.step(RUTH, press(page, "dismiss"))
    audiences = [token.claims["aud"].rpartition("/cds-services")[2] for token in cds.tokens]
    assert audiences == ["", "/medication-safety", "/medication-safety/feedback"]
    assert len({token.claims["jti"] for token in cds.tokens}) == 3
    assert {token.claims["iss"] for token in cds.tokens} == {ehr.settings.fhir_base}
    assert all(token.header["alg"] == "ES384" and token.header["kid"] for token in cds.tokens)


def test_a_card_is_shown_with_word_source_time_and_safe_markdown(ehr, cds):
    detail = "**bold** <script>alert(1)</script> ![x](https://evil.example/x.png) [bad](javascript:alert(1))"
    advise(cds, card(indicator="critical", summary="INR <rises>", detail=detail))
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert "Critical" in page
    assert "INR &lt;rises&gt;" in page
    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert 'href="https://example.org/knowledge"' in page
    assert re.search(r"<strong>(medication-safety|Medication safety)</strong> answered order-select in", page)


def test_no_card_is_said_and_what_was_not_assessed_lies_beneath(ehr, cds):
    def answer(body):
        reference = body["context"]["selections"][0]
        lines = [{"topic": "renal-dosing", "subject": reference, "reason": "no eGFR on record"}]
        return {"cards": [], "extension": {"org.countersign.assessment": {"not_assessed": lines}}}

    cds.answer = answer
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert "No advice returned" in page
    assert f"{TYPED}: renal-dosing: no eGFR on record" in page


def test_a_service_that_runs_silent_is_not_said_to_have_found_nothing(ehr, cds):
    lines = [{"topic": "not-assessed", "reason": SILENT}]
    cds.answer = lambda _: {"cards": [], "extension": {"org.countersign.assessment": {"not_assessed": lines}}}
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert "It runs silent here" in page
    assert "No advice returned" not in page


@pytest.mark.parametrize("answer", [500, 401, 412, {"no": "cards"}, ["list"]])
def test_a_service_that_fails_is_named_and_never_looks_like_silence(ehr, cds, answer):
    cds.answer = lambda _body: answer
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert "Decision support did not answer" in page
    assert "No advice returned" not in page


def test_a_service_that_is_not_there_is_named_too(ehr):
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert "Decision support did not answer" in page
    assert "could not be reached" in page


@pytest.mark.parametrize(
    "broken",
    [card(indicator="hard-stop"), card(source={}), card(suggestions=[suggestion()], selectionBehavior="one"), "text"],
)
def test_a_card_that_breaks_the_contract_is_counted_and_not_hidden(ehr, cds, broken):
    advise(cds, broken)
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert "1 card could not be shown" in page
    assert "No advice returned" not in page


def test_all_unsigned_drafts_are_selected_and_an_answer_replaces_the_one_before(ehr, cds):
    advise(cds, card(summary="About the first"))
    ehr.step(RUTH, "orders", text=TYPED)
    advise(cds, card(summary="About both"))
    page = ehr.step(RUTH, "orders", text="ibuprofen 600")
    assert len(cds.bodies[1]["context"]["selections"]) == 2
    assert "About both" in page
    assert "About the first" not in page
