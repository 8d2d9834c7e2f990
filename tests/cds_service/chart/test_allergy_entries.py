"""What a recorded allergy is to, and which entries are none."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart import Allergy, Supplied
from tests.charts import RXNORM, SNOMED, allergy, chart, concept, data

AMOXICILLIN = (RXNORM, "723")
PENICILLIN_GROUPS = {"penicillins", "penicillin-unspecified"}


def listed(*entries: dict[str, Any]) -> tuple[Allergy, ...]:
    return chart(allergies=data(*entries)).allergies.items


def drugs(entry: dict[str, Any]) -> list[str]:
    (found,) = listed(entry)
    return [drug.name for drug in found.drugs]


def status(code: str, **coding: str) -> dict[str, Any]:
    return {"coding": [{"code": code, **coding}]}


@pytest.mark.parametrize("text", ["PCN", "penicillin", "Allergy to Penicillins", "pcn (hives)"])
def test_a_word_for_a_group_means_the_group(text: str) -> None:
    (found,) = listed(allergy(text))
    assert found.groups == PENICILLIN_GROUPS and found.drugs == () and found.problem is None


@pytest.mark.parametrize(
    ("text", "group"),
    [("sulfa", "sulfonamide-antibiotics"), ("Mycins", "macrolides"), ("NSAIDs", "nsaids"), ("ACE inhibitors", None)],
)
def test_everyday_words_are_known(text: str, group: str | None) -> None:
    (found,) = listed(allergy(text))
    assert found.groups == {group or "ace-inhibitors"}


def test_a_drug_is_known_by_code_by_name_by_brand_and_by_its_display() -> None:
    assert drugs(allergy(None, AMOXICILLIN)) == ["amoxicillin"]
    assert drugs(allergy("amoxicillin")) == ["amoxicillin"]
    assert drugs(allergy("Bactrim")) == ["sulfamethoxazole", "trimethoprim"]
    displayed = {**allergy(), "code": concept("see note", ("urn:local", "1", "Amoxicillin"))}
    assert drugs(displayed) == ["amoxicillin"]


def test_a_drug_named_only_by_the_reaction_s_substance_is_known() -> None:
    entry = {**allergy(), "reaction": [{"substance": concept(None, AMOXICILLIN)}]}
    assert drugs(entry) == ["amoxicillin"]


@pytest.mark.parametrize("text", ["foobarol", "see chart"])
def test_an_allergy_that_names_nothing_known_is_kept_and_says_so(text: str) -> None:
    (found,) = listed(allergy(text))
    assert (found.label, found.problem) == (text, "not recognised")


def test_what_is_read_once_for_the_same_words_leaves_each_entry_its_own() -> None:
    shown = {"reaction": [{"manifestation": [{"text": "nausea"}], "note": [{"text": "as her aunt said"}]}]}
    mine = {**allergy("codeine"), **shown, "id": "a", "recordedDate": "2024-03-01", "criticality": "high"}
    other = {**allergy("codeine"), **shown, "id": "b", "recordedDate": "2025-04-02"}
    milder = {**allergy("codeine"), "id": "c", "reaction": [{"manifestation": [{"text": "anaphylaxis"}]}]}
    found = listed(mine, other, milder)
    assert [one.reference.rpartition("/")[2] for one in found] == ["a", "b", "c"]
    assert [one.origin.reference for one in found] == [one.reference for one in found]
    assert [str(one.on) for one in found] == ["2024-03-01", "2025-04-02", "None"]
    assert [one.criticality for one in found] == ["high criticality", "", ""]
    assert [one.harmless for one in found] == [True, True, False]


def test_an_allergy_without_a_name_is_kept() -> None:
    (found,) = listed({"resourceType": "AllergyIntolerance"})
    assert found.label == "allergy without a name" and found.problem == "not recognised"


@pytest.mark.parametrize(
    "entry",
    [
        allergy(None, (SNOMED, "716186003")),
        allergy("No known drug allergy", (SNOMED, "409137002")),
        *(allergy(text) for text in ("NKDA", "nka.", "No Known Allergies", "no known penicillin allergy", "None")),
        allergy("zyxwberry", category=["food"]),
        allergy("pollen", category=["environment", "food"]),
        *(allergy(text) for text in ("shellfish", "latex gloves", "bee stings", "Shellfish allergy")),
        *(
            allergy(text)
            for text in ("No known drug allergies (NKDA)", "denies any allergies", "not allergic to sulfa")
        ),
        allergy("penicillin", verificationStatus=status("refuted")),
        allergy("penicillin", verificationStatus=status("entered-in-error", system="urn:any")),
        allergy("penicillin", clinicalStatus=status("inactive")),
        allergy("penicillin", clinicalStatus=status("resolved")),
    ],
)
def test_an_entry_that_is_no_standing_drug_allergy_leaves_the_list_known(entry: dict[str, Any]) -> None:
    allergies = chart(allergies=data(entry)).allergies
    assert allergies.items == () and allergies.state == "data" and allergies.known


def test_a_drug_stays_though_it_is_filed_under_food() -> None:
    assert drugs(allergy("amoxicillin", category=["food"])) == ["amoxicillin"]


def test_no_known_allergy_beside_a_coded_drug_is_an_allergy() -> None:
    assert drugs(allergy("No known allergies", AMOXICILLIN)) == ["amoxicillin"]
    (found,) = listed(allergy("no known allergies except penicillin"))
    assert found.groups == PENICILLIN_GROUPS


@pytest.mark.parametrize("verification", ["unconfirmed", "presumed", "confirmed"])
def test_an_entry_that_is_not_refuted_stands(verification: str) -> None:
    assert len(listed(allergy("penicillin", verificationStatus=status(verification)))) == 1


def test_the_code_wins_over_the_words_and_a_contradiction_is_said() -> None:
    allergies = chart(allergies=data(allergy("Sulfa", AMOXICILLIN))).allergies
    assert [drug.name for drug in allergies.items[0].drugs] == ["amoxicillin"]
    assert allergies.notes == ("allergy 'Sulfa' has a code that means something else: the code was used",)


@pytest.mark.parametrize("text", ["Penicillins", "amoxicillin", "augmentin", "Penicillin, tolerates cephalexin"])
def test_words_that_go_with_the_code_are_no_contradiction(text: str) -> None:
    allergies = chart(allergies=data(allergy(text, AMOXICILLIN))).allergies
    assert allergies.notes == ()
    assert [drug.name for drug in allergies.items[0].drugs] == ["amoxicillin"]


def test_several_codings_of_one_entry_all_count() -> None:
    assert drugs(allergy(None, AMOXICILLIN, (RXNORM, "1191"))) == ["amoxicillin", "aspirin"]


def test_a_doubtful_abbreviation_is_read() -> None:
    (found,) = listed(allergy("ASA"))
    assert [drug.name for drug in found.drugs] == ["aspirin"]
    assert found.origin.is_read and found.origin.span == (0, 3) and found.fact().origin.is_read


def test_an_allergy_that_a_modifier_extension_may_turn_round_is_kept_but_not_used() -> None:
    (found,) = listed(allergy("penicillin", modifierExtension=[{"url": "urn:x"}]))
    assert found.groups == frozenset() and "modifier extension" in (found.problem or "")


def test_how_it_showed_and_what_it_is_are_kept() -> None:
    reaction = {"manifestation": [concept("hives"), concept("anaphylaxis")], "description": "in 2019"}
    (found,) = listed(
        allergy(
            "penicillin", type="intolerance", criticality="high", recordedDate="2019-05", reaction=[reaction, reaction]
        )
    )
    assert found.kind == "intolerance" and found.reactions == ("hives", "anaphylaxis")
    assert found.fact().label == "Allergy" and not found.is_intolerance, "hives contradict it"
    assert (found.fact().value, found.fact().note) == ("penicillin (hives, anaphylaxis)", "high criticality")
    (described,) = listed(allergy("penicillin", reaction=[{"description": "throat swelling"}], type="<script>"))
    assert described.reactions == ("throat swelling",) and described.kind == ""


def test_a_reaction_is_said_within_a_line_and_a_name_in_it_keeps_its_capitals() -> None:
    shown = [concept("Hives"), concept("Stevens-Johnson syndrome")]
    (found,) = listed(allergy("Penicillin", reaction=[{"manifestation": shown}]))
    assert found.fact().value == "Penicillin (hives, Stevens-Johnson syndrome)"
    (bare,) = listed(allergy("Penicillin"))
    assert (bare.fact().value, bare.fact().note) == ("Penicillin", None)


@pytest.mark.parametrize(
    ("supplied", "state", "known"),
    [(None, "absent", False), (Supplied("failed"), "failed", False), (Supplied("empty"), "empty", True)],
)
def test_an_allergy_list_that_is_not_there_is_not_an_empty_one(
    supplied: Supplied | None, state: str, known: bool
) -> None:
    allergies = chart(**({"allergies": supplied} if supplied else {})).allergies
    assert (allergies.state, allergies.known, allergies.items) == (state, known, ())


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("codeine - nausea", {"stomach"}),
        ("Codeine (GI upset, drowsiness)", {"stomach", "side-effect"}),
        ("nausea with morphine", {"stomach"}),
        ("lisinopril: cough", {"cough"}),
        ("simvastatin, myalgias", {"muscle"}),
    ],
)
def test_words_of_an_entry_that_are_no_allergy_make_it_an_intolerance(text: str, kinds: set[str]) -> None:
    (found,) = listed(allergy(text))
    assert found.harmless and found.is_intolerance and found.shown == kinds and len(found.drugs) == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("codeine - nausea, hives", "allergic"),
        ("lamotrigine (SJS)", "severe-delayed"),
        ("bactrim: TEN", "severe-delayed"),
        ("ACE inhibitors - lip swelling", "angioedema"),
    ],
)
def test_a_reaction_that_is_an_allergy_makes_it_one(text: str, kind: str) -> None:
    (found,) = listed(allergy(text, type="intolerance"))
    assert kind in found.shown and not found.harmless and not found.is_intolerance


def test_a_reaction_that_nobody_knows_lowers_nothing() -> None:
    odd = [{"manifestation": [concept("nausea")]}, {"manifestation": [concept("turned purple")]}]
    (found,) = listed(allergy("codeine", reaction=odd))
    assert not found.harmless


@pytest.mark.parametrize(
    "text", ["PCN (tolerates cephalexin)", "penicillin; ok with cephalexin", "penicillin - has tolerated cephalexin"]
)
def test_what_is_tolerated_is_not_what_the_entry_is_about(text: str) -> None:
    (found,) = listed(allergy(text))
    assert found.groups == PENICILLIN_GROUPS and found.drugs == ()


@pytest.mark.parametrize("text", ["cannot tolerate codeine", "codeine: does not tolerate", "codeine intolerance"])
def test_what_is_not_tolerated_is_what_the_entry_is_about(text: str) -> None:
    assert drugs(allergy(text)) == ["codeine"]


def problem(text: str | None, *codings: tuple[str, str], **members: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "c1", "code": concept(text, *codings), **members}


@pytest.mark.parametrize(
    "entry",
    [
        problem("Allergy to penicillin"),
        problem("Penicillin allergy"),
        problem(None, ("http://hl7.org/fhir/sid/icd-10-cm", "Z88.0")),
        problem("Anaphylaxis due to penicillin"),
    ],
)
def test_an_allergy_on_the_problem_list_counts(entry: dict[str, Any]) -> None:
    (found,) = chart(allergies=data(), problems=data(entry)).allergies.items
    assert found.groups >= {"penicillins"} and found.reference == "Condition/c1"


@pytest.mark.parametrize(
    "entry",
    [
        problem("Opioid dependence"),
        problem("Allergic rhinitis"),
        problem("Family history of penicillin allergy"),
        problem("Penicillin allergy ruled out"),
        problem("Allergy to penicillin", verificationStatus=status("refuted")),
        problem("Warfarin-induced bleeding"),
    ],
)
def test_a_problem_that_is_no_drug_allergy_adds_none(entry: dict[str, Any]) -> None:
    assert chart(allergies=data(), problems=data(entry)).allergies.items == ()


def test_a_problem_list_does_not_make_the_allergy_list_known() -> None:
    allergies = chart(problems=data(problem("Allergy to penicillin"))).allergies
    assert len(allergies.items) == 1 and not allergies.known


@pytest.mark.parametrize(
    "text",
    [
        "mother allergic to penicillin",
        "Family history of penicillin allergy",
        "penicillin allergy in father",
        "Sister's allergy: sulfa",
        "her mother is severely allergic to codeine",
        "her child is allergic to penicillin",
    ],
)
def test_the_allergy_of_a_relative_is_left_out_and_said(text: str) -> None:
    listing = chart(allergies=data(allergy(text))).allergies
    assert listing.items == ()
    assert any("relative" in note for note in listing.notes)


@pytest.mark.parametrize(
    "text",
    [
        "PCN (mother reports hives)",
        "penicillin, mother is also allergic",
        "penicillin; brother had anaphylaxis",
        "penicillin - hives, also in mother",
        "penicillin anaphylaxis in patient and in father",
        "Child had hives with penicillin",
        "Mother states: child had a rash with penicillin",
    ],
)
def test_what_a_relative_tells_or_has_besides_is_no_reason_to_leave_an_allergy_out(text: str) -> None:
    (found,) = listed(allergy(text))
    assert found.groups == PENICILLIN_GROUPS


@pytest.mark.parametrize(
    ("text", "reaction", "harmless"),
    [
        ("morphine", "itching", True),
        ("opioids", "pruritus", True),
        ("morphine", "hives and itching", False),
        ("amoxicillin", "itching", False),
        ("vancomycin", "red man syndrome", True),
        ("vancomycin", "anaphylaxis", False),
        ("infliximab", "infusion reaction", False),
        ("morphine and amoxicillin", "itching", False),
        ("simvastatin", "rhabdomyolysis", False),
        ("levofloxacin", "tendon rupture", False),
    ],
)
def test_a_reaction_is_a_side_effect_where_the_allergen_s_group_says_so(
    text: str, reaction: str, harmless: bool
) -> None:
    (found,) = listed(allergy(text, reaction=[{"manifestation": [concept(reaction)]}]))
    assert found.harmless is harmless
