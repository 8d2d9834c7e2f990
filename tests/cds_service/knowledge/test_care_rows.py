"""The shipped items of the checklist: codes with check digits, intervals that agree, orders that prove their item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from cds_service.knowledge.kinds.care_items import CareItem
from cds_service.knowledge.kinds.care_sets import CareSet
from cds_service.knowledge.kinds.companions import Companion
from cds_service.knowledge.kinds.monitors import Monitor
from cds_service.knowledge.proofs import Proof
from cds_service.terminology.conditions import Code
from cds_service.terminology.systems import LOINC, SNOMED
from tests.cds_service.terminology.test_observables import loinc_check_digit
from tests.charts import NOW, knowledge

KNOWLEDGE = knowledge()
ITEMS = KNOWLEDGE.all(CareItem)
SETS = KNOWLEDGE.keyed(CareSet)
MONITORS = KNOWLEDGE.keyed(Monitor)
TODAY: date = NOW.date()

# Verhoeff's tables: the dihedral group of ten, and the permutation of each place.
_TURNS = [[(a + b) % 5 if a < 5 else (a - b) % 5 for b in range(5)] for a in range(10)]
_GROUP = [
    [
        *((turn if a < 5 else turn + 5) for turn in _TURNS[a]),
        *(((a + b) % 5 + 5) if a < 5 else (a - b) % 5 for b in range(5)),
    ]
    for a in range(10)
]
_STEP = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]


def verhoeff(number: str) -> int:
    """0 for a number whose last digit is the check digit of a SNOMED CT identifier."""
    sum_so_far = 0
    for place, digit in enumerate(reversed(number)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _STEP[turned]
        sum_so_far = _GROUP[sum_so_far][turned]
    return sum_so_far


def test_verhoeff_tells_a_snomed_code_from_a_slip() -> None:
    assert verhoeff("73761001") == 0
    assert verhoeff("73761010") and verhoeff("73716001")


@pytest.mark.parametrize("one", SETS.values(), ids=lambda one: one.id)
def test_every_code_of_what_was_done_has_its_check_digit(one: CareSet) -> None:
    for system, code in one.codes:
        if system == LOINC:
            number, digit = code.split("-")
            assert loinc_check_digit(number) == int(digit), code
        if system == SNOMED:
            assert verhoeff(code) == 0, code


def test_no_set_is_there_for_nothing() -> None:
    used = {part.key for item in ITEMS for part in item.parts if part.kind == "set"}
    used |= {key for item in ITEMS for key in item.unless_done}
    assert SETS.keys() == used


def _codes_of(part: Proof) -> frozenset[Code]:
    if part.kind == "set":
        return SETS[part.key].codes
    return frozenset((LOINC, code) for code in MONITORS[part.key].codes) if part.kind == "test" else frozenset()


@pytest.mark.parametrize("item", [item for item in ITEMS if item.order], ids=lambda item: item.id)
def test_what_an_item_offers_proves_it_when_it_is_done(item: CareItem) -> None:
    assert item.order in {code for part in item.parts for code in _codes_of(part)}


def _ongoing() -> Iterator[tuple[Companion, CareItem]]:
    """Each pair of a follow-up row of companions.csv and an item that asks for one of its tests for the same drug."""
    for row in KNOWLEDGE.all(Companion):
        if row.phase == "ongoing" and row.done_within_days:
            tests = {key for key, _ in row.tests}
            for item in ITEMS:
                if row.drug in item.drugs and any(part.kind == "test" and part.key in tests for part in item.parts):
                    yield row, item


PAIRS = list(_ongoing())


def test_most_follow_up_rows_of_companions_have_an_item() -> None:
    assert len({row.id for row, _ in PAIRS}) >= 15


@pytest.mark.parametrize(("row", "item"), PAIRS, ids=lambda one: one.id)
def test_an_order_and_the_checklist_ask_at_the_same_interval(row: Companion, item: CareItem) -> None:
    for part in item.parts:
        if part.kind == "test" and part.key in {key for key, _ in row.tests}:
            assert part.window is not None
            days = (TODAY - part.window.since(TODAY)).days
            assert abs(days - row.done_within_days) <= 3


def test_who_is_in_hospice_is_asked_for_nothing_preventive() -> None:
    for item in ITEMS:
        preventive = item.source.startswith(("uspstf", "acip", "cdc")) and item.pregnancy != "only"
        assert not preventive or ("hospice" in item.unless and "hospice-care" in item.unless_done), item.id


def test_no_item_for_women_alone_is_about_a_man_and_none_for_adults_about_a_child() -> None:
    about_women = {item.id for item in ITEMS if item.pregnancy == "only" or "mammogram" in item.id}
    assert all(item.sex == "female" for item in ITEMS if item.id in about_women)
    children = [item for item in ITEMS if item.id.startswith(("care-child", "care-adolescent"))]
    assert children and all(item.age_below <= 19 for item in children)
