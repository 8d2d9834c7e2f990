"""Which drug an order names: codes, contained and sibling resources, words, contradictions, doubtful abbreviations."""

from __future__ import annotations

import pytest

from cds_service.chart import Readings, merge
from cds_service.chart.readings import DrugReading
from cds_service.engine import assess
from tests.charts import RXNORM, SERVER, allergy, chart, concept, data, knowledge, names, read, request

WARFARIN, METFORMIN, LISINOPRIL = ("11289", "6809", "29046")


def coded(text: str | None, *codings: tuple[str, str], **members: object) -> dict[str, object]:
    return request(medicationCodeableConcept=concept(text, *codings), **members)


@pytest.mark.parametrize(
    ("text", "drugs"),
    [
        ("bactrim ds bid x 10d", ["sulfamethoxazole", "trimethoprim"]),
        ("SMZ-TMP DS", ["sulfamethoxazole", "trimethoprim"]),
        ("co-trimoxazole 960", ["sulfamethoxazole", "trimethoprim"]),
        ("Coumadin 5 mg", ["warfarin"]),
        ("WARFARIN SODIUM 5MG", ["warfarin"]),
        ("Metoprolol succinate XL 50", ["metoprolol"]),
        ("lisinopril/hctz", ["hydrochlorothiazide", "lisinopril"]),
        ("losartan-HCTZ 50-12.5", ["hydrochlorothiazide", "losartan"]),
        ("amlodipine 5 mg / benazepril 10 mg", ["amlodipine", "benazepril"]),
        ("acetaminophen-hydrocodone 5-325", ["acetaminophen", "hydrocodone"]),
        ("tylenol #3 1 tab q6h", ["acetaminophen", "codeine"]),
        ("amoxicillin 80 MG/ML / clavulanate 11.4 MG/ML Oral Suspension", ["amoxicillin", "clavulanate"]),
        ("take 2 tabs of metformin 500 mg bid", ["metformin"]),
    ],
)
def test_a_name_is_known_whatever_its_brand_salt_case_and_punctuation(text: str, drugs: list[str]) -> None:
    order = read(request(text))
    assert names(order) == drugs
    assert not order.origin.is_read and order.notes == ()


@pytest.mark.parametrize("text", ["lisinopril/foobarol 10/12.5", "foobarol-lisinopril", "lisinopril 10 mg + foobarol"])
def test_a_component_that_nobody_knows_is_said(text: str) -> None:
    order = read(request(text))
    assert names(order) == ["lisinopril"]
    assert order.notes == ("'foobarol' beside lisinopril was not recognised: only lisinopril was assessed",)


@pytest.mark.parametrize(
    "text",
    [
        *("amoxicillin 250 mg/5 mL", "warfarin 5 mg/daily", "heparin 5000 units/hour", "warfarin - take with food"),
        *("metoprolol-extended release", "insulin glargine 100 unit/mL"),
    ],
)
def test_the_usual_words_after_a_slash_or_a_hyphen_are_no_component(text: str) -> None:
    assert read(request(text)).notes == ()


def test_a_second_drug_in_the_text_is_said() -> None:
    order = read(request("metformin 500 bid instead of lisinopril 10 daily"))
    assert names(order) == ["metformin"]
    assert order.notes == ("the text also names lisinopril, which was not assessed with this order",)


def test_a_text_that_orders_two_drugs_is_two_orders_each_with_its_own_dose() -> None:
    one, other = chart(request("metformin 500 mg bid, lisinopril 10 mg daily")).orders
    assert (names(one), names(other)) == (["metformin"], ["lisinopril"])
    assert [order.sig.daily("mg").value for order in (one, other)] == [1000, 10]
    assert one.ref.reference == other.ref.reference and (one.part, other.part) == (1, 2)
    assert one.notes == (
        "the text orders 2 drugs, and each was assessed: “metformin 500 mg bid”; “lisinopril 10 mg daily”;"
        " write each as its own order",
    )
    assert other.notes == ()


def test_a_coded_order_is_of_what_its_code_says_whatever_else_its_text_names() -> None:
    coded_order = request()
    coded_order["medicationCodeableConcept"] = concept(
        "metformin 500 mg bid and lisinopril 10 mg daily", (RXNORM, METFORMIN)
    )
    (order,) = chart(coded_order).orders
    assert names(order) == ["metformin"]
    assert order.notes == ("the text also names lisinopril, which was not assessed with this order",)


def test_the_code_wins_over_the_text_and_the_contradiction_is_noted() -> None:
    order = read(coded("warfarin 5 mg daily", (RXNORM, METFORMIN)))
    assert names(order) == ["metformin"]
    assert order.notes == ("the text says warfarin, the code says metformin; the code was used",)
    assert order.sig.daily() is None, "the dose of another drug is not this one's"


def test_codings_that_agree_are_one_drug_and_codings_that_do_not_are_no_drug() -> None:
    agreeing = read(coded("x", (RXNORM, WARFARIN), (RXNORM, "855332")))
    assert names(agreeing) == ["warfarin"]
    conflicting = read(coded("warfarin", (RXNORM, WARFARIN), (RXNORM, METFORMIN)))
    assert conflicting.drugs == () and conflicting.problem == "its codes name different drugs"


def test_a_model_is_not_asked_to_settle_codings_that_contradict_each_other() -> None:
    before = chart(coded("warfarin", (RXNORM, WARFARIN), (RXNORM, METFORMIN)))
    assert before.texts == ()
    reading = DrugReading((WARFARIN,), "warfarin", (0, 8), 1.0, "drug-linker", "1")
    after = merge(before, Readings({"warfarin": reading}), knowledge().vocabulary)
    assert after.orders[0].drugs == ()


def test_names_beside_unknown_codes_that_contradict_the_text_are_not_guessed_between() -> None:
    order = read(request(medicationCodeableConcept=concept("metformin", ("urn:local", "1", "warfarin 5 mg"))))
    assert order.drugs == () and "different drugs" in (order.problem or "")


def test_an_unknown_code_leaves_the_words_to_speak() -> None:
    assert names(read(coded("metformin 500", (RXNORM, "999999999"), ("urn:local", "77")))) == ["metformin"]


def test_a_display_names_the_drug_when_the_text_does_not() -> None:
    order = read(request(medicationCodeableConcept=concept("see chart", ("urn:local", "1", "warfarin 5 mg"))))
    assert names(order) == ["warfarin"]
    start, end = order.origin.span or (0, 0)
    assert (order.origin.text or "")[start:end] == "warfarin"


@pytest.mark.parametrize("reference", ["Medication/m1", f"{SERVER}/Medication/m1", "Medication/m1/_history/3"])
def test_a_sibling_medication_is_found_by_any_form_of_its_reference(reference: str) -> None:
    sibling = {"resourceType": "Medication", "id": "m1", "code": concept(None, (RXNORM, WARFARIN))}
    order = request(medicationReference={"reference": reference, "display": "metformin"})
    assert names(read(order, medications=data(sibling))) == ["warfarin"]


def test_a_medication_of_another_server_is_not_taken_for_ours() -> None:
    sibling = {"resourceType": "Medication", "id": "m1", "code": concept(None, (RXNORM, WARFARIN))}
    order = request(medicationReference={"reference": "https://other.example/fhir/Medication/m1"})
    assert read(order, medications=data(sibling)).problem == "it names no drug"


def test_a_contained_medication_and_the_words_of_a_reference_are_read() -> None:
    contained = {"resourceType": "Medication", "id": "x", "code": {"text": "warfarin 5 mg"}}
    assert names(read(request(contained=[contained], medicationReference={"reference": "#x"}))) == ["warfarin"]
    assert names(read(request(medicationReference={"display": "warfarin"}))) == ["warfarin"]


SULFA, TRIMETHOPRIM = {"text": "sulfamethoxazole"}, {"coding": [{"display": "trimethoprim"}]}


@pytest.mark.parametrize(
    ("medication", "drugs"),
    [
        ({"ingredient": [{"itemCodeableConcept": {"text": "warfarin"}}]}, ["warfarin"]),
        ({"ingredient": [{"itemCodeableConcept": concept(None, (RXNORM, WARFARIN))}]}, ["warfarin"]),
        ({"ingredient": [{"itemReference": {"reference": "#s", "display": "warfarin"}}]}, ["warfarin"]),
        (
            {"ingredient": [{"itemCodeableConcept": SULFA}, {"itemCodeableConcept": TRIMETHOPRIM}]},
            ["sulfamethoxazole", "trimethoprim"],
        ),
        ({"code": {"text": "our mixture no. 7"}, "ingredient": [{"itemCodeableConcept": SULFA}]}, ["sulfamethoxazole"]),
        (
            {"code": {"text": "Percocet"}, "ingredient": [{"itemCodeableConcept": {"text": "oxycodone"}}]},
            ["acetaminophen", "oxycodone"],
        ),
        (
            {"ingredient": [{"itemCodeableConcept": SULFA}, {"itemCodeableConcept": TRIMETHOPRIM, "isActive": False}]},
            ["sulfamethoxazole"],
        ),
        ({"ingredient": [None, "x", {"itemCodeableConcept": None}]}, []),
    ],
)
def test_a_medication_is_named_by_its_ingredients_where_its_code_does_not(
    medication: dict[str, object], drugs: list[str]
) -> None:
    contained = {"resourceType": "Medication", "id": "x", **medication}
    assert names(read(request(contained=[contained], medicationReference={"reference": "#x"}))) == drugs
    beside = {**contained, "id": "m1"}
    assert names(read(request(medicationReference={"reference": "Medication/m1"}), medications=data(beside))) == drugs


def test_an_ingredient_that_names_nothing_we_know_is_said() -> None:
    parts = [{"itemCodeableConcept": SULFA}, {"itemCodeableConcept": {"coding": [{"code": "7"}]}}]
    contained = {"resourceType": "Medication", "id": "x", "ingredient": parts}
    order = read(request(contained=[contained], medicationReference={"reference": "#x"}))
    assert names(order) == ["sulfamethoxazole"]
    assert any("only sulfamethoxazole was assessed" in note for note in order.notes)


def test_an_order_that_a_modifier_extension_may_turn_round_is_not_used() -> None:
    order = read(request("warfarin", modifierExtension=[{"url": "urn:x", "valueBoolean": True}]))
    assert order.drugs == () and "modifier extension" in (order.problem or "")


def test_a_medication_or_a_dosage_that_a_modifier_extension_may_turn_round_is_not_used() -> None:
    turned = {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}
    medication = {"resourceType": "Medication", "id": "m1", "code": {"text": "warfarin"}, **turned}
    within = request(contained=[medication], medicationReference={"reference": "#m1"})
    beside = request(medicationReference={"reference": "Medication/m1"})
    for order in (read(within), read(beside, medications=data(medication))):
        assert order.drugs == () and "modifier extension" in (order.problem or "")
    order = read(request("warfarin", dosageInstruction=[{"text": "5 mg daily", **turned}]))
    assert names(order) == ["warfarin"] and order.sig.dose_value is None
    assert "modifier extension" in (order.sig.reason or "")


def test_a_doubtful_abbreviation_is_read_and_offered_with_its_full_name() -> None:
    order = read(request("HCTZ 25 mg daily"))
    assert names(order) == ["hydrochlorothiazide"]
    assert order.origin.is_read and (order.origin.model, order.origin.version) == ("lexicon", "1")
    assert order.origin.span == (0, 4) and order.candidates == ("hydrochlorothiazide",)


def test_what_rests_on_a_doubtful_abbreviation_is_at_most_a_warning_and_asks_for_confirmation() -> None:
    sulfa = data(allergy("methotrexate"))
    exact = assess("medication-safety", "order-sign", chart(request("methotrexate"), allergies=sulfa), knowledge())
    read_it = assess("medication-safety", "order-sign", chart(request("MTX"), allergies=sulfa), knowledge())
    assert [c.finding.display for c in exact.concerns] == ["critical"]
    assert [c.finding.display for c in read_it.concerns] == ["warning"]
    assert not any(proposal.recommended for c in read_it.concerns for proposal in c.finding.proposals)
    assert any("please confirm" in note.reason for note in read_it.not_assessed)


def test_a_doubtful_abbreviation_does_not_lower_the_certain_drug_beside_it() -> None:
    order = read(request("aspirin/MTX"))
    assert names(order) == ["aspirin"] and not order.origin.is_read
    assert "'MTX' beside aspirin was not recognised" in order.notes[0]


def test_a_reading_names_a_drug_only_where_the_lexicon_found_none() -> None:
    before = chart(request("metforminn 500 mg bid"), request("warfarin", id="o2"))
    assert [unread.text for unread in before.texts] == ["metforminn 500 mg bid"]
    reading = DrugReading((METFORMIN,), "metformin", (0, 10), 0.97, "drug-linker", "3")
    wrong = DrugReading((METFORMIN,), "metformin", (0, 8), 0.97, "drug-linker", "3")
    after = merge(before, Readings({"metforminn 500 mg bid": reading, "warfarin": wrong}), knowledge().vocabulary)
    assert [names(order) for order in after.orders] == [["metformin"], ["warfarin"]]
    assert after.orders[0].origin.is_read and after.orders[0].origin.probability == 0.97
    assert after.orders[0].sig.daily() is not None
    assert not after.orders[1].origin.is_read and after.texts == ()


def test_what_could_not_be_read_says_why_and_candidates_are_kept() -> None:
    before = chart(request("hydroxy 25"), request("xyzzy", id="o2"))
    unsure = DrugReading((), "", (0, 7), 0.4, "drug-linker", "3", ("hydroxyzine", "hydroxychloroquine"))
    after = merge(before, Readings({"hydroxy 25": unsure}, missing="not read in time"), knowledge().vocabulary)
    assert after.orders[0].candidates == ("hydroxyzine", "hydroxychloroquine")
    assert after.orders[1].problem == "not read in time"


def test_an_order_of_enormous_text_says_that_it_was_read_in_part() -> None:
    order = read(request("warfarin " + "x" * 1_000_000))
    assert names(order) == ["warfarin"] and len(order.ref.text) <= 2000
    assert order.notes == ("only the first 2000 characters of its text were read",)


@pytest.mark.parametrize("written", ["", "   ", "\u0000", "\u200b"])
def test_no_drug_at_all_is_said(written: str) -> None:
    order = read(request(written))
    assert (order.problem, order.ref.text) == ("it names no drug", "order without a drug name")


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\ufeff", "\u202e", "\u2060", "\x00"])
def test_characters_that_nobody_sees_hide_no_name(unseen: str) -> None:
    order = read(request(f"war{unseen}farin 5 mg{unseen} daily"))
    assert names(order) == ["warfarin"] and not order.origin.is_read
    assert order.sig.daily("mg").value == 5


def test_an_order_is_shown_as_its_drug_and_then_its_directions() -> None:
    order = read(request("warfarin 5 mg tablet", dosageInstruction=[{"text": "Take 5 mg by mouth daily"}]))
    assert order.fact("Order").value == "warfarin 5 mg tablet, take 5 mg by mouth daily"
    branded = read(request("insulin", dosageInstruction=[{"text": "Lantus 10 units at bedtime"}]))
    assert branded.ref.text == "insulin, Lantus 10 units at bedtime"
    assert read(request("amox 500 tid")).ref.text == "amox 500 tid"
