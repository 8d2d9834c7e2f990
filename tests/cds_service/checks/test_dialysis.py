"""Dialysis as the problem list has it: its rows count in place of the bands, and what is not known stays open."""

from __future__ import annotations

import pytest

from cds_service.checks.renal_dosing import renal_dosing
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge.kinds.renal import RenalRow
from cds_service.terminology.systems import ICD10CM, SNOMED
from tests.charts import Resource, chart, concept, data, egfr, knowledge, observation, person, request

ROWS = {row.id: row for row in knowledge().all(RenalRow) if row.dialysis}
ROUTE = {"injection": "iv", "oral": "by mouth", "transdermal": "patch"}
ON = concept("Dependence on renal dialysis", (ICD10CM, "Z99.2"))
PERITONEAL = concept("Peritoneal dialysis", (SNOMED, "71192002"))
END_STAGE = concept("End stage renal disease", (ICD10CM, "N18.6"))
TRANSPLANT = concept("Kidney transplant status", (ICD10CM, "Z94.0"))
GOOD = egfr(95), observation("2164-2", 95, "mL/min"), observation("2160-0", 0.8, "mg/dL")


def condition(code: Resource, status: str = "active") -> Resource:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    clinical = {"coding": [{"system": system, "code": status}]}
    return {"resourceType": "Condition", "id": str(id(code)), "clinicalStatus": clinical, "code": code}


def said(order: str, *codes: Resource, labs: tuple[Resource, ...] = GOOD) -> list[Finding | NotAssessed]:
    problems = data(*(condition(code) for code in codes))
    found = chart(request(order), patient=data(person()), problems=problems, labs=data(*labs))
    return list(renal_dosing(found, knowledge()))


def rules(found: list[Finding | NotAssessed]) -> list[str]:
    return [one.rule if isinstance(one, Finding) else "not assessed" for one in found]


def ordered(row: RenalRow, times: float) -> str:
    route = ROUTE.get(next(iter(sorted(row.routes, reverse=True)), ""), "")
    name = knowledge().names.drugs[row.drug].name
    dose = f"{row.max_daily_dose * times:g} {row.dose_unit}" if row.max_daily_dose else ""
    return f"{name} {dose} {route} once daily" if dose else f"{name} {route}"


@pytest.mark.parametrize("name", ROWS)
def test_a_row_for_dialysis_speaks_on_its_dialysis_whatever_the_estimate(name: str) -> None:
    row = ROWS[name]
    kind = PERITONEAL if row.dialysis == "peritoneal" else ON
    found = said(ordered(row, 10), kind)
    assert name in rules(found)
    assert name not in rules(said(ordered(row, 10)))
    if row.max_daily_dose:
        assert said(ordered(row, 1), kind) == []


def test_the_card_says_that_the_estimate_is_not_used() -> None:
    [found] = said("gabapentin 600 mg po tid", ON)
    assert isinstance(found, Finding)
    assert found.rule == "renal-gabapentin-hemodialysis"
    assert found.summary.startswith("gabapentin with dialysis:")
    assert "not used on dialysis" in found.advice
    unused = [fact.label for fact in found.facts if fact.note and "not used" in fact.note]
    assert len(unused) == 3
    assert any(fact.label == "Problem" and fact.origin.reference.startswith("Condition/") for fact in found.facts)


@pytest.mark.parametrize(("kind", "rule"), [(ON, "hemodialysis"), (PERITONEAL, "peritoneal")])
def test_each_kind_of_dialysis_has_its_dose(kind: Resource, rule: str) -> None:
    assert rules(said("oseltamivir 75 mg po bid", kind)) == [f"renal-oseltamivir-{rule}"]


def test_a_drug_without_a_row_for_dialysis_is_named_not_passed() -> None:
    [found] = said("meropenem 500 mg iv daily", ON)
    assert isinstance(found, NotAssessed)
    assert "meropenem has no row for dialysis" in found.reason


def test_a_drug_without_any_row_is_no_matter_of_dialysis() -> None:
    assert said("atorvastatin 20 mg po daily", ON) == []


@pytest.mark.parametrize(
    "code",
    [
        concept("ESRD on hemodialysis"),
        concept("Hemodialysis-dependent", (SNOMED, "302497006")),
        concept("Renal dialysis", (SNOMED, "265764009")),
        concept("On peritoneal dialysis (CAPD)"),
        concept("End stage renal failure on dialysis", (SNOMED, "236435004")),
        concept("CKD 5D", (SNOMED, "714152005")),
        concept("Encounter for extracorporeal dialysis", (ICD10CM, "Z49.31")),
    ],
)
def test_codes_and_words_for_dialysis_are_read(code: Resource) -> None:
    assert rules(said("metformin 500 mg po bid", code)) == ["renal-metformin-egfr-0-30"]


@pytest.mark.parametrize(
    "label",
    [
        "CKD stage 5, pre-dialysis",
        "Declines dialysis",
        "Not on dialysis",
        "Dialysis access planning",
        "Dialysis stopped",
    ],
)
def test_words_that_deny_or_plan_dialysis_are_not_dialysis(label: str) -> None:
    assert said("gabapentin 600 mg po tid", concept(label)) == []


def test_dialysis_that_is_over_is_not_dialysis() -> None:
    past = data(condition(ON, "resolved"))
    found = chart(request("gabapentin 600 mg po tid"), patient=data(person()), problems=past, labs=data(*GOOD))
    assert list(renal_dosing(found, knowledge())) == []


def test_after_a_transplant_the_bands_count_again() -> None:
    assert said("gabapentin 600 mg po tid", ON, TRANSPLANT) == []


def test_end_stage_disease_alone_leaves_dialysis_open_and_says_both() -> None:
    labs = (observation("2164-2", 10, "mL/min"),)
    [found] = said("gabapentin 600 mg po tid", END_STAGE, labs=labs)
    assert isinstance(found, Finding)
    assert found.rule == "renal-gabapentin-crcl-0-15"
    assert "If the patient is on dialysis: Give at most 300 mg a day" in found.advice
    assert any(fact.value == "End stage renal disease" for fact in found.facts)


def test_end_stage_disease_without_a_creatinine_tells_the_dose_for_dialysis() -> None:
    found = said("gabapentin 600 mg po tid", END_STAGE, labs=())
    assert rules(found) == ["not assessed", "renal-gabapentin-hemodialysis"]
    assert isinstance(found[1], Finding)
    assert "dialysis not stated" in found[1].summary


@pytest.mark.parametrize("listed", [(), (END_STAGE,), (ON,), (PERITONEAL,), (END_STAGE, ON), (ON, TRANSPLANT)])
@pytest.mark.parametrize("labs", [(), (egfr(9), observation("2164-2", 9, "mL/min"))])
@pytest.mark.parametrize("name", sorted({knowledge().names.label(row.drug) for row in knowledge().all(RenalRow)}))
def test_one_drug_has_one_concern_however_many_rows_it_has(
    name: str, labs: tuple[Resource, ...], listed: tuple[Resource, ...]
) -> None:
    found = said(f"{name} 99999 mg daily", *listed, labs=labs)
    assert len([one for one in found if isinstance(one, Finding)]) <= 1
