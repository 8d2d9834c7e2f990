"""What stands only in notes: offered as whole resources with where it was said, never taken for coded."""

from __future__ import annotations

import pytest
from fhir.resources.R4B.allergyintolerance import AllergyIntolerance
from fhir.resources.R4B.condition import Condition
from fhir.resources.R4B.medicationstatement import MedicationStatement

from tests.bench.notes import SERVICE, figures, judged, shares
from tests.hook_calls import allergy, bundle, chart, draft, note, order_sign, patient_view
from tests.running_service import RunningService

TYPES = {one.__name__: one for one in (AllergyIntolerance, Condition, MedicationStatement)}
EVERYTHING = "Allergies: penicillin (hives). PMH: asthma. Takes lisinopril 10 mg daily."


def test_own_notes_are_read_as_they_were_labelled(service: RunningService) -> None:
    results = list(judged(service))
    precision, recall = shares(*figures(results)["all"])
    assert len(results) >= 150
    assert precision >= 0.97, [one.wrong for one in results if one.wrong]
    assert recall >= 0.88, [one.missed for one in results if one.missed]


def test_each_offer_is_a_whole_resource_that_is_not_recommended_by_default(service: RunningService) -> None:
    cards = service.ask(patient_view(note(EVERYTHING)), SERVICE).cards
    offers = [suggestion for card in cards for suggestion in card["suggestions"]]
    resources = [suggestion["actions"][0]["resource"] for suggestion in offers]
    assert {resource["resourceType"] for resource in resources} == TYPES.keys()
    for resource in resources:
        TYPES[resource["resourceType"]].model_validate(resource)
        assert "Progress note" in str(resource) or "progress note" in str(resource)
    assert not any(suggestion.get("isRecommended") for suggestion in offers)


@pytest.mark.parametrize("card_text", ["Dr. Ada Quill", "free text"])
def test_a_card_says_who_wrote_it_and_that_it_was_read(service: RunningService, card_text: str) -> None:
    (card,) = service.ask(patient_view(note("Allergies: penicillin (hives).")), SERVICE).cards
    assert card_text in card["detail"]
    assert card["indicator"] == "info"


def test_what_goes_on_behind_allergies_in_one_line_is_no_allergy(service: RunningService) -> None:
    text = "Allergies: penicillin (hives). Has asthma. Takes lisinopril 10 mg daily at home."
    cards = service.ask(patient_view(note(text)), SERVICE).cards
    offers = [suggestion["actions"][0]["resource"] for card in cards for suggestion in card["suggestions"]]
    assert {resource["resourceType"] for resource in offers} == TYPES.keys()


def test_what_the_lists_have_is_not_offered(service: RunningService) -> None:
    known = chart(allergies=bundle(allergy("penicillin")))
    assert service.ask(patient_view(note("Allergies: penicillin."), prefetch=known), SERVICE).cards == []


def test_notes_of_another_patient_are_412_and_their_refusal_is_on_record(service: RunningService) -> None:
    before = len(service.rows("audit"))
    foreign = note(EVERYTHING, subject={"reference": "Patient/someone-else"})
    assert service.call(patient_view(foreign), SERVICE).status == 412
    refused = [(one["action"], one["outcome"], one["detail"]) for one in service.rows("audit")[before:]]
    assert ("prefetch", "refused", '{"where":"prefetch.notes"}') in refused


def test_without_notes_it_is_412(service: RunningService) -> None:
    call = patient_view()
    del call["prefetch"]["notes"]
    assert service.call(call, SERVICE).status == 412


def test_an_allergy_that_stands_only_in_a_note_is_at_most_a_warning_at_an_order(service: RunningService) -> None:
    call = order_sign(draft("amoxicillin 500 mg tid"), prefetch=chart(notes=bundle(note("Allergies: penicillin."))))
    card = service.ask(call).card("drug-allergy")
    assert card["indicator"] == "warning"
    assert "free text" in card["detail"]


def test_a_body_behind_a_reference_is_named_as_not_read(service: RunningService) -> None:
    far = note("x", content=[{"attachment": {"contentType": "text/plain", "url": "Binary/1"}}])
    reply = service.ask(patient_view(far), SERVICE)
    assert reply.cards == []
    assert any("stands behind a reference" in said for said in reply.not_assessed)


def test_a_later_list_without_a_drug_takes_its_offer_back(service: RunningService) -> None:
    older = note("Home medications: warfarin 5 mg daily, lisinopril 10 mg daily", 1, on="@now-90d")
    newer = note("Home medications: lisinopril 10 mg daily", 2, on="@now-5d")
    prose = note("She takes metformin 500 mg twice daily.", 3, on="@now-2d")

    def offers(*notes: dict[str, object]) -> set[str]:
        cards = service.ask(patient_view(*notes), SERVICE).cards
        resources = [one["actions"][0]["resource"] for card in cards for one in card["suggestions"]]
        return {resource["medicationCodeableConcept"]["text"] for resource in resources}

    assert offers(older) == {"warfarin", "lisinopril"}
    assert offers(older, newer, prose) == {"lisinopril", "metformin"}
