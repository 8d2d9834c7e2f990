"""One typed text that orders several drugs is several orders; a combination, and a drug only spoken of, are none."""

from __future__ import annotations

import pytest

from cds_service.terminology.lexicon import Mention
from cds_service.terminology.several import parts_of
from tests.calls_counted import calls_counted
from tests.charts import knowledge


def parts(text: str) -> tuple[str, ...]:
    return knowledge().vocabulary.orders_in(text).orders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lisinopril 10 mg daily and metformin 500 bid", ("lisinopril 10 mg daily", "metformin 500 bid")),
        ("start warfarin + aspirin 81", ("start warfarin", "aspirin 81")),
        ("vancomycin and cefepime", ("vancomycin", "cefepime")),
        ("Vancomycin 1 g IV q12h; cefepime 2 g IV q8h", ("Vancomycin 1 g IV q12h", "cefepime 2 g IV q8h")),
        (
            "metformin 500 mg bid with meals, lisinopril 10 mg daily",
            ("metformin 500 mg bid with meals", "lisinopril 10 mg daily"),
        ),
        ("1. amlodipine 5 mg daily\n2. atorvastatin 40 mg qhs", ("1. amlodipine 5 mg daily", "atorvastatin 40 mg qhs")),
        (
            "aspirin 81 mg daily, clopidogrel 75 mg daily, metoprolol 25 bid",
            ("aspirin 81 mg daily", "clopidogrel 75 mg daily", "metoprolol 25 bid"),
        ),
        ("furosemide 40 mg bid plus kcl 20 meq daily", ("furosemide 40 mg bid", "kcl 20 meq daily")),
        (
            "ibuprofen 400 mg prn pain and ondansetron 4 mg prn nausea",
            ("ibuprofen 400 mg prn pain", "ondansetron 4 mg prn nausea"),
        ),
        ("lisinprol 10 mg daily and metformin 500 bid", ("lisinprol 10 mg daily", "metformin 500 bid")),
        ("metformin 500 mg bid and warfarrin 5 mg daily", ("metformin 500 mg bid", "warfarrin 5 mg daily")),
        ("stop warfarin, start apixaban 5 mg bid", ("apixaban 5 mg bid",)),
        ("stop warfarin. apixaban 5 mg bid", ("apixaban 5 mg bid",)),
        ("stop warfarin.\napixaban 5 mg bid", ("apixaban 5 mg bid",)),
        ("metformin 500 mg bid.\nwarfarrin 5 mg daily", ("metformin 500 mg bid", "warfarrin 5 mg daily")),
        ("heparin 5000 units sq and then start warfarin 5 mg", ("heparin 5000 units sq", "warfarin 5 mg")),
        ("lasix 40 bid and nebivolol hydrobromide 5 qd", ("lasix 40 bid", "nebivolol hydrobromide 5 qd")),
    ],
)
def test_each_ordered_drug_is_an_order(text: str, expected: tuple[str, ...]) -> None:
    assert parts(text) == expected


def test_what_is_said_to_end_is_no_order_and_is_handed_out() -> None:
    assert knowledge().vocabulary.orders_in("stop warfarin, start apixaban 5 mg bid").ended == "stop warfarin"


@pytest.mark.parametrize(
    "text",
    [
        "amoxicillin and clavulanate 875 mg bid",
        "lisinopril 20 mg + hydrochlorothiazide 12.5 mg daily",
        "tylenol with codeine #3 q6h prn",
        "lidocaine with epinephrine 1%",
        "losartan 50 mg daily instead of lisinopril",
        "losartan 50 mg daily, stop lisinopril and hctz",
        "azithromycin 500 mg daily, penicillin allergy",
        "azithromycin 500 mg for penicillin and sulfa allergy",
        "clopidogrel 75 mg after aspirin and heparin",
        "metformin 500 mg bid and check b12",
        "digoxin 0.125 mg daily and digoxin level in 1 week",
        "vancomycin 1 g iv q12h and vancomycin trough before 4th dose",
        "ciprofloxacin 500 mg bid, take 2 h before calcium and iron",
        "warfarin 5 mg daily, hold aspirin",
        "warfarin 5 mg daily, aspirin stopped yesterday",
        "prednisone 40 mg daily and then 20 mg daily",
        "insulin lispro 10 units breakfast and dinner 8 units",
        "ibuprofen 400 or acetaminophen 500 prn",
        "potassium chloride 20 meq in D5W and normal saline",
        "metformin 1000 mg bid",
        "gabapentin 300 mg qhs and titrate 300 mg weekly",
        "warfarin 5 mg daily and repeat 5 mg tomorrow",
        "do not give with ibuprofen, naproxen 220 mg",
        "Chondroitin Sulfates and Collagen and Hyaluronic Acid 80-400",
    ],
)
def test_what_is_one_order_stays_one(text: str) -> None:
    assert parts(text) == (text,)


def test_the_work_on_joined_names_grows_with_their_number_and_not_with_its_square() -> None:
    assert work_on(400) < 10 * work_on(50)


def work_on(names: int) -> int:
    """Calls, and sets of ingredients asked about, for so many names joined by "and" of which no two are a product."""
    text = " and ".join(f"drug{'abcdefg'[number % 7]}" for number in range(names))
    spans = [(at, at + len("druga")) for at in range(0, len(text), len("druga and "))]
    written = [(span, text[slice(*span)]) for span in spans]
    asked: list[frozenset[str]] = []

    def no_product(ingredients: frozenset[str]) -> bool:
        asked.append(ingredients)
        return False

    with calls_counted() as count:
        parts_of(text, [Mention(span, name, name, (name,), certain=True) for span, name in written], no_product)
    return count[0] + len(asked)


def test_a_name_behind_very_many_marks_is_still_an_order() -> None:
    assert parts("lisinopril 10 mg daily" + ", " * 200 + "metformin 500 mg bid") == (
        "lisinopril 10 mg daily",
        "metformin 500 mg bid",
    )
