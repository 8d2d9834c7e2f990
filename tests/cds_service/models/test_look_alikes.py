"""Look-alike names of the lists of FDA and ISMP: one slip in either is never read as the other."""

from __future__ import annotations

from random import Random

import pytest

from cds_service.models import WEIGHTS
from cds_service.models.drug_linker import DrugLinker
from cds_service.models.manifest import WeightsFolder
from model_export.linking.comparison import SINGLE
from model_export.linking.data import lexicon_names
from model_export.linking.misspellings import CALIBRATION, TRAINING, misspelt

# From the lists of FDA and ISMP of look-alike names, pairs of which both stand in the lexicon.
PAIRS = (
    """
hydroxyzine hydralazine|prednisone prednisolone|clonidine clonazepam|celebrex celexa|lamictal lamisil|zyrtec zyprexa
vinblastine vincristine|dopamine dobutamine|tramadol trazodone|bupropion buspirone|metformin metronidazole
chlorpromazine chlorpropamide|glipizide glyburide|lamotrigine lamivudine|fluoxetine paroxetine|cycloserine cyclosporine
daunorubicin doxorubicin|ephedrine epinephrine|nicardipine nifedipine|quetiapine olanzapine|rifampin rifaximin
sulfadiazine sulfasalazine|tolazamide tolbutamide|cefazolin ceftriaxone|medroxyprogesterone methylprednisolone
carboplatin cisplatin|azathioprine azacitidine|mitoxantrone mitomycin|acetazolamide acetohexamide
prozac prilosec|xanax zantac|lasix luvox|risperidone ropinirole|oxcarbazepine carbamazepine|guaifenesin guanfacine
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.fixture(scope="module")
def names() -> dict[str, tuple[str, ...]]:
    return dict(lexicon_names())


@pytest.fixture(scope="module")
def linker(names: dict[str, tuple[str, ...]]) -> DrugLinker:
    return DrugLinker.load(WeightsFolder.open(WEIGHTS), list(names.items()))


@pytest.mark.parametrize("pair", PAIRS)
def test_one_slip_is_never_read_as_the_look_alike(
    pair: str, names: dict[str, tuple[str, ...]], linker: DrugLinker
) -> None:
    slips = {name: slip for name, slip in (TRAINING | CALIBRATION).items() if name in (*SINGLE, "insertion")}
    for meant, other in (pair.split(), pair.split()[::-1]):
        dice = Random(meant)
        for _ in range(15):
            link = linker.link(f"{misspelt(meant, slips, dice)} 10 mg")
            assert not set(link.ingredients) & (set(names[other]) - set(names[meant])), (meant, link)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Glucofage 1000 bid", "glucophage"),
        ("vitamn b9 1 mg daily", "vitamin b9"),
        ("isosorbide dinitrfate 10 mg", "isosorbide dinitrate"),
        ("trastuzumab deruxtecann", "trastuzumab deruxtecan"),
        ("peginterfeon alfa-2a", "peginterferon alfa-2a"),
        ("acetic acd 10 mg", "acetic acid"),
        ("losartann potassium prn", "losartan potassium"),
    ],
)
def test_a_slip_in_a_brand_a_number_name_or_a_longer_name_is_read(
    text: str, meant: str, names: dict[str, tuple[str, ...]], linker: DrugLinker
) -> None:
    assert set(linker.link(text).ingredients) == set(names[meant])


@pytest.mark.parametrize(
    "text",
    ["dextran 75 nml", "acid prn bid", "golden for root", "insulinn 80/20", "evolution", "termination of treatment"],
)
def test_a_wrong_number_and_words_of_the_language_are_no_names(text: str, linker: DrugLinker) -> None:
    assert linker.link(text).abstained


@pytest.mark.parametrize("text", ["insulinn 80/20", "insulinn", "INSULINN 10 units", "humulinn 10 units"])
def test_a_last_letter_typed_twice_is_not_read_as_the_letter_of_a_longer_name(
    text: str, names: dict[str, tuple[str, ...]], linker: DrugLinker
) -> None:
    lettered = {rxcui for name in ("insulin n", "insulin r", "humulin n", "humulin r") for rxcui in names[name]}
    assert not set(linker.link(text).ingredients) & lettered


@pytest.mark.parametrize(("text", "meant"), [("insulinr 10 units", "insulin r"), ("insuln r", "insulin r")])
def test_a_letter_that_is_a_word_of_a_name_is_read_where_it_is_written(
    text: str, meant: str, names: dict[str, tuple[str, ...]], linker: DrugLinker
) -> None:
    assert set(linker.link(text).ingredients) == set(names[meant])
