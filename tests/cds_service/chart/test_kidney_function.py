"""Measurements, and the kidney function that they give: the newest usable one, never a stale or a swapped one."""

from __future__ import annotations

from typing import Any

import pytest

from cds_service.chart import Chart, Supplied
from cds_service.chart.patient.kidney import KidneyFunction, creatinine_clearance, estimated_gfr
from tests.charts import LOINC, chart, concept, creatinine, data, egfr, observation, person, weight

EGFR_UNIT = "mL/min/1.73 m2"


def with_labs(*labs: dict[str, Any], vitals: tuple[dict[str, Any], ...] = (), patient: Any = None) -> Chart:
    return chart(patient=data(patient or person()), labs=data(*labs), vitals=data(*vitals))


def egfr_of(*labs: dict[str, Any], **more: Any) -> KidneyFunction:
    return estimated_gfr(with_labs(*labs, **more), 365)


def crcl_of(*labs: dict[str, Any], **more: Any) -> KidneyFunction:
    return creatinine_clearance(with_labs(*labs, **more), 365)


def test_a_reported_egfr_is_used_as_it_stands() -> None:
    kidney = egfr_of(egfr(24.4))
    assert (kidney.value, kidney.unit, kidney.words) == (24.4, EGFR_UNIT, f"eGFR 24.4 {EGFR_UNIT} as reported")
    assert kidney.facts[0].value == "24.4 mL/min/1.73m2"


def test_an_egfr_is_computed_from_a_creatinine_in_either_unit() -> None:
    by_mass, by_moles = egfr_of(creatinine(2.1)), egfr_of(creatinine(185.6, unit="umol/L"))
    assert by_mass.value is not None and by_moles.value is not None
    assert by_mass.value == pytest.approx(by_moles.value, abs=0.1) and by_mass.value == pytest.approx(25, abs=1)
    assert by_moles.facts[0].value == "185.6 umol/L = 2.1 mg/dL"
    assert [fact.label for fact in by_mass.facts] == [
        *("serum creatinine", "Age", "Sex (administrative)", "eGFR by CKD-EPI 2021")
    ]


@pytest.mark.parametrize(
    ("reported_on", "creatinine_on", "words"),
    [
        ("2026-11-20", "2026-11-20", "as reported"),
        ("2026-11-20", "2026-11-01", "as reported"),
        ("2026-11-01", "2026-11-20", "by CKD-EPI 2021"),
        ("2026-11-20T06:00:00Z", "2026-11-20T18:00:00Z", "by CKD-EPI 2021"),
        ("2026-11-20T18:00:00+02:00", "2026-11-20T15:00:00Z", "as reported"),
    ],
)
def test_of_a_reported_and_a_computed_egfr_the_newer_speaks(reported_on: str, creatinine_on: str, words: str) -> None:
    kidney = egfr_of(creatinine(1.0, on=creatinine_on), egfr(24, on=reported_on))
    assert kidney.words.endswith(words)


def test_the_newest_result_wins_whatever_the_order_of_the_list() -> None:
    older, newer = egfr(80, on="2026-11-19T08:00:00Z"), egfr(24, on="2026-11-19T18:00:00Z")
    assert egfr_of(older, newer).value == egfr_of(newer, older).value == 24


def test_of_two_methods_at_one_moment_the_preferred_one_counts() -> None:
    with_race_factor = observation("48643-1", 33, "mL/min/1.73m2")
    assert egfr_of(with_race_factor, egfr(28)).value == egfr_of(egfr(28), with_race_factor).value == 28


@pytest.mark.parametrize(
    ("on", "says"),
    [("2024-01-10", "is older than 365 days"), ("2099-01-01", "is dated in the future"), (None, "has no date")],
)
def test_a_result_of_the_wrong_day_is_never_used_and_is_named(on: str | None, says: str) -> None:
    kidney = egfr_of(egfr(24, on=on))
    assert kidney.value is None and not kidney.says_something
    assert says in kidney.reason and says in (kidney.facts[0].note or "")


def test_a_stale_creatinine_does_not_stand_in_for_a_stale_egfr() -> None:
    assert egfr_of(egfr(24, on="2023-01-01"), creatinine(3.0, on="2023-01-01")).value is None


def test_a_newer_result_that_cannot_be_used_is_shown_beside_the_one_that_is() -> None:
    kidney = egfr_of(egfr(24, on="2026-11-01"), creatinine(1.0, on="2026-11-20", unit=None))
    assert kidney.value == 24
    assert kidney.facts[1].note == "check value: no unit is stated"


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        *((-1, "mL/min/1.73m2"), ("24", "mL/min/1.73m2"), ("7,5", "mL/min/1.73m2"), (True, "mL/min/1.73m2")),
        *((24, "mg/dL"), (24, None), (1e300, "mL/min/1.73m2"), (None, "mL/min/1.73m2")),
    ],
)
def test_an_impossible_value_or_unit_is_not_used_but_said(value: object, unit: str | None) -> None:
    kidney = egfr_of(egfr(value, unit=unit))
    assert kidney.value is None and "eGFR of 2026-11-20: " in kidney.reason


@pytest.mark.parametrize(
    ("comparator", "bounds"),
    [(">", (60, None)), (">=", (60, None)), ("<", (None, 60)), ("<=", (None, 60)), ("ad", (None, None))],
)
def test_a_comparator_gives_a_bound_and_no_value(comparator: str, bounds: tuple[float | None, float | None]) -> None:
    quantity = {"value": 60, "unit": "mL/min/1.73m2", "comparator": comparator}
    kidney = egfr_of(egfr(60, valueQuantity=quantity))
    assert kidney.value is None and (kidney.at_least, kidney.at_most) == bounds
    assert kidney.reason == f"eGFR of 2026-11-20: given only as {comparator}60"


@pytest.mark.parametrize(
    ("said", "bounds"),
    [
        *((">60", (60, None)), ("> 60 mL/min/1.73m2", (60, None)), (">=90 mL/min", (90, None)), ("<15", (None, 15))),
        *(("60", (None, None)), (">60 (see note)", (None, None)), (">60 mg/dL", (None, None)), ("", (None, None))),
    ],
)
def test_a_bound_in_words_is_read_and_no_other_text(said: str, bounds: tuple[float | None, float | None]) -> None:
    result = egfr(60, valueString=said)
    del result["valueQuantity"]
    kidney = egfr_of(result)
    assert kidney.value is None and (kidney.at_least, kidney.at_most) == bounds


def test_a_bound_in_words_without_a_unit_is_read_of_an_egfr_alone() -> None:
    result = creatinine(1.0, valueString="<0.5")
    del result["valueQuantity"]
    assert egfr_of(result).reason == "serum creatinine of 2026-11-20: check value: no unit is stated"


def test_a_bound_gives_way_to_a_value_of_the_same_moment_but_not_to_an_older_one() -> None:
    bound = egfr(60, valueQuantity={"value": 60, "unit": "mL/min/1.73m2", "comparator": ">"})
    assert egfr_of(bound, creatinine(0.8)).value is not None
    assert egfr_of(bound, creatinine(3.0, on="2026-06-01")).at_least == 60


def test_an_egfr_is_never_taken_for_a_creatinine_clearance_nor_the_reverse() -> None:
    assert crcl_of(egfr(24)).reason == "no creatinine on record"
    assert egfr_of(observation("2164-2", 24, "mL/min")).reason == "no eGFR or creatinine on record"


def test_a_reported_clearance_is_used_when_it_is_the_newer() -> None:
    measured = observation("2164-2", 31, "mL/min", on="2026-11-21")
    kidney = crcl_of(creatinine(1.0), measured, vitals=(weight(70),))
    assert (kidney.value, kidney.words) == (31, "creatinine clearance 31 mL/min as reported")


def test_a_clearance_is_computed_with_the_recorded_weight() -> None:
    kidney = crcl_of(creatinine(1.0), vitals=(weight(72),))
    assert kidney.value == pytest.approx(59.5, abs=0.1)
    assert kidney.facts[3].label == "body weight" and "Cockcroft-Gault" in kidney.words
    grams = crcl_of(creatinine(1.0), vitals=(weight(72000, unit="g"),))
    assert grams.value == kidney.value and grams.facts[3].value == "72000 g = 72 kg"


@pytest.mark.parametrize(
    ("vitals", "says"),
    [
        ((), "no body weight of the last year"),
        ((weight(72, on="2024-01-01"),), "no body weight of the last year"),
        ((weight(7000),), "check value: it is not plausible"),
        ((weight(72, unit=None),), "check value: no unit is stated"),
    ],
)
def test_without_a_usable_weight_there_is_no_clearance(vitals: tuple[dict[str, Any], ...], says: str) -> None:
    assert says in crcl_of(creatinine(1.0), vitals=vitals).reason


@pytest.mark.parametrize(
    ("patient", "says"),
    [
        (person(born="2010-01-01"), "outside 18 to 120"),
        (person(born="2099-01-01"), "age or sex is not known"),
        (person(born=None), "age or sex is not known"),
        (person(gender=None), "age or sex is not known"),
        (person(gender="other"), "needs female or male"),
        (person(gender="unknown"), "needs female or male"),
    ],
)
def test_age_and_sex_are_never_assumed(patient: dict[str, Any], says: str) -> None:
    kidney = egfr_of(creatinine(1.0), patient=patient)
    assert kidney.value is None and says in kidney.reason
    assert egfr_of(egfr(24), creatinine(1.0), patient=patient).value == 24


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "registered", "unknown", "", None])
def test_a_result_of_this_status_is_left_out(status: str | None) -> None:
    assert egfr_of(egfr(24, status=status)).reason == "no eGFR or creatinine on record"


def test_a_preliminary_result_is_used_and_called_so() -> None:
    kidney = egfr_of(egfr(24, status="preliminary"))
    assert kidney.value == 24 and kidney.facts[0].value == "24 mL/min/1.73m2 (preliminary)"


def test_a_result_coded_as_two_things_is_not_used_but_said() -> None:
    both = {**egfr(24), "code": concept(None, (LOINC, "98979-8"), (LOINC, "2160-0"))}
    labs = with_labs(both).labs
    assert not labs.unread and "coded as two different things" in labs.notes[0]


def test_a_result_with_a_modifier_extension_is_not_used_but_said() -> None:
    assert "modifier extension" in egfr_of(egfr(24, modifierExtension=[{"url": "urn:x"}])).reason


@pytest.mark.parametrize("member", ["effectiveInstant", "issued"])
def test_the_time_of_a_result_is_found_in_other_places(member: str) -> None:
    assert egfr_of(egfr(24, on=None, **{member: "2026-11-20T08:00:00Z"})).value == 24
    assert egfr_of(egfr(24, on=None, effectivePeriod={"end": "2026-11-20"})).value == 24
    assert egfr_of(egfr(24, on=None, effectivePeriod={"start": "2026-11-20"})).value == 24


@pytest.mark.parametrize(
    ("supplied", "says"),
    [
        (None, "laboratory results were not supplied, so eGFR or creatinine is not known"),
        (Supplied("failed"), "laboratory results could not be read"),
        (Supplied("empty"), "no eGFR or creatinine on record"),
    ],
)
def test_results_that_are_not_there_are_told_apart(supplied: Supplied | None, says: str) -> None:
    found = chart(**({"labs": supplied} if supplied else {}))
    assert estimated_gfr(found, 365).reason == says
