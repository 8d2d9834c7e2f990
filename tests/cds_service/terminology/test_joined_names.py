"""What stands joined to a drug's name and is no drug: the letters behind a biological, and "per inhalation"."""

from __future__ import annotations

import pytest

from cds_service.settings import Settings
from cds_service.tables import knowledge_of
from cds_service.terminology.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return knowledge_of(Settings.from_env({})).vocabulary


@pytest.mark.parametrize(
    ("text", "names", "unknown"),
    [
        ("Risankizumab-rzaa 150 MG/ML", {"risankizumab"}, ()),
        ("guselkumab-abcd 100 mg", {"guselkumab"}, ()),
        ("Anoro Ellipta 62.5-25 MCG/INH", {"umeclidinium", "vilanterol"}, ()),
        ("rifampin 300 mg/INH 150 mg", {"rifampin", "isoniazid"}, ()),
        ("lisinopril-hydrochlorothiazyd 10-12.5", {"lisinopril"}, ("hydrochlorothiazyd",)),
        ("risankizumab-rzaa/methotrexat", {"risankizumab"}, ("methotrexat",)),
    ],
)
def test_only_what_may_be_a_drug_is_said_to_be_an_unknown_part(vocabulary, text, names, unknown):
    naming = vocabulary.named_in(text)
    assert {drug.name for drug in naming.drugs} == names
    assert naming.unknown == unknown
