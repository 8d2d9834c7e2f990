"""A drug's name in the name of a test is no order of the drug."""

from __future__ import annotations

import pytest

from tests.charts import names, read, request


@pytest.mark.parametrize(
    "text",
    ["digoxin level", "Vancomycin trough", "lithium levels", "iron studies", "vitamin d level", "heparin antibodies"],
)
def test_the_name_of_a_test_names_no_drug_and_is_not_read_as_one(text: str) -> None:
    order = read(request(text))
    assert (names(order), order.problem) == ([], "it names a laboratory test and no drug")


@pytest.mark.parametrize(
    ("text", "drug"),
    [("levothyroxine 50 mcg daily, tsh level in 6 weeks", "levothyroxine"), ("lithium 300 mg tid", "lithium")],
)
def test_a_drug_with_a_dose_stays_a_drug(text: str, drug: str) -> None:
    assert names(read(request(text))) == [drug]
