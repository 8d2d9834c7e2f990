"""Newer drugs and contrast media: found by name, with what labels say, never with a made-up code."""

from __future__ import annotations

import pytest

from cds_service.checks.drug_allergy import drug_allergy
from cds_service.checks.drug_interaction import drug_interaction
from cds_service.checks.renal_dosing import renal_dosing
from cds_service.findings import Finding
from cds_service.terminology.systems import RXNORM, UNCODED, ingredient_coding
from tests.charts import allergy, chart, data, egfr, knowledge, person, request

UNVERIFIED = [drug for key, drug in knowledge().names.drugs.items() if key.startswith(UNCODED)]


def pair(one: str, other: str, **supplied: object) -> dict[str, str]:
    found = chart(request(one), medications=data(request(other, id="m1", status="active")), **supplied)  # type: ignore[arg-type]
    said = drug_interaction(found, knowledge())
    return {finding.rule: finding.display for finding in said if isinstance(finding, Finding)}


def allergic(to: str, order: str) -> dict[str, str]:
    found = chart(request(order), allergies=data(allergy(to)))
    said = drug_allergy(found, knowledge())
    return {finding.rule: finding.display for finding in said if isinstance(finding, Finding)}


@pytest.mark.parametrize("drug", UNVERIFIED, ids=lambda drug: drug.name)
def test_a_drug_without_a_verified_code_keeps_its_name_as_key(drug) -> None:  # type: ignore[no-untyped-def]
    assert drug.rxcui == UNCODED + drug.name
    assert ingredient_coding(drug.rxcui, drug.name) == []


def test_a_verified_code_is_written() -> None:
    assert ingredient_coding("11289", "warfarin") == [{"system": RXNORM, "code": "11289", "display": "warfarin"}]


@pytest.mark.parametrize(
    ("code", "names"),
    [("1547104", {"suvorexant"}), ("1492746", {"apremilast"}), ("2694989", {"xanomeline", "trospium"})],
)
def test_product_codes_that_were_verified_are_known(code: str, names: set[str]) -> None:
    assert {drug.name for drug in knowledge().vocabulary.by_code(code)} == names


@pytest.mark.parametrize(
    ("one", "other", "rule", "display"),
    [
        ("Belsomra 10 mg nightly", "clarithromycin 500 mg bid", "ddi-suvorexant--cyp3a4-strong-inhibitor", "warning"),
        ("Dayvigo 5 mg nightly", "fluconazole 200 mg daily", "ddi-lemborexant--cyp3a4-moderate-inhibitor", "warning"),
        ("Sunosi 75 mg daily", "phenelzine 15 mg tid", "ddi-solriamfetol--maoi", "critical"),
        ("Austedo 12 mg bid", "tetrabenazine 25 mg bid", "ddi-deutetrabenazine--tetrabenazine", "critical"),
        ("Journavx 50 mg bid", "itraconazole 200 mg daily", "ddi-suzetrigine--cyp3a4-strong-inhibitor", "critical"),
        ("Epclusa 1 tab daily", "omeprazole 20 mg daily", "ddi-velpatasvir--ppi", "warning"),
        ("Harvoni 1 tab daily", "rosuvastatin 20 mg daily", "ddi-ledipasvir--rosuvastatin", "warning"),
        ("Mavyret 3 tabs daily", "rifampin 600 mg daily", "ddi-glecaprevir--rifampin", "critical"),
        ("Vosevi 1 tab daily", "amiodarone 200 mg daily", "ddi-sofosbuvir--amiodarone", "warning"),
        ("Epidiolex 200 mg bid", "clobazam 10 mg bid", "ddi-cannabidiol--clobazam", "info"),
        ("Lybalvi 10-10 mg daily", "oxycodone 5 mg q6h", "ddi-samidorphan--opioid", "critical"),
        ("Orkambi 2 tabs bid", "ticagrelor 90 mg bid", "ddi-ticagrelor--cyp3a4-strong-inducer", "warning"),
        ("Trikafta 2 tabs qam", "rifampin 600 mg daily", "ddi-elexacaftor--cyp3a4-strong-inducer", "warning"),
        ("Esbriet 801 mg tid", "fluvoxamine 100 mg daily", "ddi-pirfenidone--cyp1a2-strong-inhibitor", "warning"),
        ("Veozah 45 mg daily", "ciprofloxacin 500 mg bid", "ddi-fezolinetant--cyp1a2-strong-inhibitor", "critical"),
        ("Prevymis 480 mg daily", "tacrolimus 2 mg bid", "ddi-tacrolimus--cyp3a4-moderate-inhibitor", "warning"),
        ("Otezla 30 mg bid", "rifampin 600 mg daily", "ddi-apremilast--cyp3a4-strong-inducer", "warning"),
    ],
)
def test_what_a_label_says_of_a_pair_is_said(one: str, other: str, rule: str, display: str) -> None:
    assert pair(one, other)[rule] == display


def test_a_neighbour_that_the_label_does_not_name_is_silent() -> None:
    assert pair("Belsomra 10 mg nightly", "azithromycin 250 mg daily") == {}
    assert pair("Otezla 30 mg bid", "ibuprofen 400 mg tid") == {}


def test_metformin_stops_for_contrast_only_where_the_kidney_is_impaired() -> None:
    given = "iohexol 350 mg/mL 100 mL iv once", "metformin 500 mg bid"
    rule = "ddi-metformin--iodinated-contrast-agent"
    assert pair(*given, patient=data(person()), labs=data(egfr(45)))[rule] == "info"
    assert rule not in pair(*given, patient=data(person()), labs=data(egfr(85)))


@pytest.mark.parametrize(
    ("to", "order", "speaks"),
    [
        ("contrast dye", "iohexol iv once", True),
        ("Isovue", "Omnipaque iv once", True),
        ("gadolinium", "gadobutrol iv once", True),
        ("shellfish", "iohexol iv once", False),
        ("shrimp", "Visipaque iv once", False),
        ("gadolinium", "iopamidol iv once", False),
        ("contrast dye", "Dotarem iv once", False),
    ],
)
def test_contrast_allergy_is_to_its_own_kind_and_shellfish_is_none(to: str, order: str, speaks: bool) -> None:
    assert bool(allergic(to, order)) is speaks


@pytest.mark.parametrize(("order", "display"), [("gadodiamide iv once", "critical"), ("gadobutrol iv once", None)])
def test_only_group_i_gadolinium_is_kept_from_severe_kidney_disease(order: str, display: str | None) -> None:
    found = chart(request(order), patient=data(person()), labs=data(egfr(20)))
    said = [one.display for one in renal_dosing(found, knowledge()) if isinstance(one, Finding)]
    assert said == ([display] if display else [])
