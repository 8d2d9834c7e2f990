"""Recorded allergies against orders: our own bench cases must all be right, and every name of a drug meets itself."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cds_service.checks.drug_allergy import drug_allergy
from cds_service.findings import Finding
from tests.bench.allergies import cases, right
from tests.charts import RXNORM, allergy, chart, concept, data, knowledge, request

MISSPELT = ("amoxacillin", "cephlexin", "lisinoprill")  # a model reads these; the bench asks over HTTP
CASES = [case for case in cases() if case["allergy"] not in MISSPELT]
ORDER = ("critical", "warning", "info")


def loudest(entry: dict[str, object], order: str) -> str:
    whole = chart(request(order), allergies=data(entry), problems=data())
    found = [said.display for said in drug_allergy(whole, knowledge()) if isinstance(said, Finding)]
    return next((display for display in ORDER if display in found), "silent")


@pytest.mark.parametrize(
    "case",
    [case for case in cases() if case["allergy"] not in MISSPELT],
    ids=lambda case: f"{case['allergy']}-{case['reaction']}-{case['order']}",
)
def test_the_case_is_met_as_it_should_be(case: Mapping[str, str]) -> None:
    reaction = [{"manifestation": [concept(case["reaction"])]}] if case["reaction"] else []
    entry = allergy(case["allergy"], reaction=reaction)
    answer = loudest(entry, case["order"])
    assert right(case["expect"], answer), answer


def test_an_allergy_by_any_code_of_a_drug_meets_the_order() -> None:
    vocabulary = knowledge().vocabulary
    for rxcui in list(vocabulary.rxnorm)[::400]:
        name = " / ".join(drug.name for drug in vocabulary.by_code(rxcui))
        assert loudest(allergy(None, (RXNORM, rxcui)), name) == "critical", name


def test_an_allergy_by_name_meets_an_order_by_name() -> None:
    named = [drug for drug in knowledge().names.drugs.values() if knowledge().vocabulary.named_in(drug.name)]
    for drug in named[::25]:
        assert loudest(allergy(drug.name), f"{drug.name} 1 tab daily") == "critical", drug.name


def test_harm_that_is_no_allergy_speaks_by_its_own_row() -> None:
    """A torn tendon bars the class with a warning, and is not called an allergy to it."""
    torn = allergy("Cipro", reaction=[{"manifestation": [concept("tendon rupture")]}])
    assert loudest(torn, "levofloxacin 500 mg daily") == "warning"
    numb = allergy("amoxicillin", reaction=[{"manifestation": [concept("peripheral neuropathy")]}])
    assert loudest(numb, "cephalexin 500 mg qid") == "silent"


def test_near_misses_are_about_a_third_of_the_cases() -> None:
    sets = [case["set"] for case in cases()]
    assert sets.count("near") * 3 > len(sets) * 0.9


def test_an_entry_that_must_not_be_read_is_not_called_unknown() -> None:
    """Its name is known; the extension that may turn it round is why it was not used."""
    turned = allergy("penicillin", modifierExtension=[{"url": "urn:x", "valueBoolean": True}])
    (said,) = drug_allergy(chart(request("amoxicillin 500 mg"), allergies=data(turned)), knowledge())
    assert not isinstance(said, Finding)
    assert said.reason == "allergy 'penicillin': it carries a modifier extension that is not known here"
