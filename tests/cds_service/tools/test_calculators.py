"""The calculators against worked examples, with units and bounds, and their refusals.

Examples are computed by hand from the formula of the publication, or are those that textbooks and the guideline print.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from cds_service.tools import CannotCompute
from cds_service.tools.anticholinergic_burden import RELEVANT, SCORES, burden
from cds_service.tools.bedside_schwartz import egfr_of_child
from cds_service.tools.body_mass_index import bmi
from cds_service.tools.body_surface import deindexed, dubois, mosteller
from cds_service.tools.cha2ds2_vasc import StrokeRisks, cha2ds2_vasc
from cds_service.tools.child_pugh import child_pugh, child_pugh_class
from cds_service.tools.cockcroft_gault import crcl
from cds_service.tools.corrected_calcium import corrected_calcium
from cds_service.tools.corrected_phenytoin import corrected_phenytoin
from cds_service.tools.corrected_qt import bazett, fridericia
from cds_service.tools.dose_by_weight import is_plausible_for_age, median_weight, milligrams_per_kilogram
from cds_service.tools.has_bled import BleedingRisks, has_bled
from cds_service.tools.ideal_weight import adjusted_weight, ideal_weight
from cds_service.tools.morphine_equivalents import FACTORS, morphine_equivalents
from cds_service.tools.steroid_equivalence import as_prednisone

NO_RISK = StrokeRisks(*[False] * 5)
ALL_RISKS = StrokeRisks(*[True] * 5)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lambda: egfr_of_child(0.5, 100, 4), 82.6),  # 0.413 x 100 / 0.5
        (lambda: egfr_of_child(2.0, 140, 12), 28.91),
        (lambda: mosteller(160, 64), math.sqrt(160 * 64 / 3600)),
        (lambda: mosteller(180, 80), 2.0),
        (lambda: dubois(170, 70), 1.8097),
        (lambda: deindexed(60, 2.3067), 80.0),
        (lambda: bmi(81, 180), 25.0),
        (lambda: ideal_weight(182.88, "male"), 77.6),  # 72 inches
        (lambda: ideal_weight(165.1, "female"), 57.0),  # 65 inches
        (lambda: adjusted_weight(120, 177.8, "male"), 73 + 0.4 * 47),
        (lambda: adjusted_weight(60, 177.8, "male"), 60),
        (lambda: crcl(1.2, 60, adjusted_weight(120, 177.8, "male"), "male"), 80 * 91.8 / 86.4),
        (lambda: fridericia(400, 60), 400),
        (lambda: fridericia(400, 100), 474.25),
        (lambda: bazett(400, 100), 516.40),
        (lambda: bazett(480, 60), 480),
        (lambda: corrected_calcium(7.6, 2.0), 9.2),
        (lambda: corrected_calcium(10.0, 4.0), 10.0),
        (lambda: corrected_phenytoin(10, 2.0), 20.0),
        (lambda: corrected_phenytoin(10, 4.5), 10.0),
        (lambda: corrected_phenytoin(6, 3.0, kidney_failure=True), 15.0),
        (lambda: milligrams_per_kilogram(900, 10), 90),
        (lambda: as_prednisone("dexamethasone", 6), 40),
        (lambda: as_prednisone("hydrocortisone", 100), 25),
        (lambda: as_prednisone("methylprednisolone", 32), 40),
    ],
)
def test_a_worked_example_comes_out(result: Any, expected: float) -> None:
    assert result() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: egfr_of_child(0.5, 100, 0.5),
        lambda: egfr_of_child(0.5, 100, 18),
        lambda: egfr_of_child(44, 100, 4),  # umol/L taken for mg/dL
        lambda: egfr_of_child(0.5, 1.0, 4),  # metres
        lambda: mosteller(1.8, 80),
        lambda: dubois(180, 0),
        lambda: deindexed(60, 173),
        lambda: bmi(80, 1.8),
        lambda: ideal_weight(150, "female"),
        lambda: ideal_weight(170, None),
        lambda: adjusted_weight(math.nan, 170, "male"),
        lambda: fridericia(0.4, 60),  # seconds
        lambda: bazett(400, 0),
        lambda: corrected_calcium(2.2, 4.0),  # mmol/L
        lambda: corrected_calcium(9.0, 40),  # g/L
        lambda: corrected_phenytoin(10, 40),
        lambda: milligrams_per_kilogram(100, 0),
        lambda: median_weight(19),
        lambda: cha2ds2_vasc(70, "unknown", NO_RISK),
        lambda: cha2ds2_vasc(7, "male", NO_RISK),
        lambda: child_pugh(34, 35, 1.2, "none", "none"),
        lambda: child_pugh(1, 4, 1.0, "some", "none"),  # type: ignore[arg-type]
        lambda: child_pugh_class(4),
        lambda: morphine_equivalents("buprenorphine", 16),
        lambda: morphine_equivalents("fentanyl", 25),
        lambda: as_prednisone("fludrocortisone", 0.1),
    ],
)
def test_what_the_formula_does_not_cover_is_refused(refused: Any) -> None:
    with pytest.raises(CannotCompute):
        refused()


@pytest.mark.parametrize(
    ("opioid", "amount", "expected"),
    [
        ("oxycodone", 40, 60),
        ("hydromorphone", 8, 40),
        ("methadone", 20, 94),
        ("fentanyl transdermal", 25, 60),
        ("tramadol", 400, 80),
        ("codeine", 240, 36),
        ("tapentadol", 200, 80),
        ("oxymorphone", 20, 60),
        ("hydrocodone", 30, 30),
        ("morphine", 90, 90),
    ],
)
def test_morphine_equivalents_use_the_factors_of_2022(opioid: str, amount: float, expected: float) -> None:
    assert morphine_equivalents(opioid, amount) == pytest.approx(expected)


def test_every_factor_has_a_worked_example_and_buprenorphine_has_none() -> None:
    assert len(FACTORS) == 10
    assert "buprenorphine" not in FACTORS


@pytest.mark.parametrize(
    ("age", "sex", "risks", "points"),
    [
        (50, "male", NO_RISK, 0),
        (50, "female", NO_RISK, 1),
        (64, "male", NO_RISK, 0),
        (65, "male", NO_RISK, 1),
        (74, "male", NO_RISK, 1),
        (75, "male", NO_RISK, 2),
        (80, "female", ALL_RISKS, 9),
        (70, "male", StrokeRisks(False, True, True, False, False), 3),
        (70, "male", StrokeRisks(False, False, False, True, False), 3),
    ],
)
def test_stroke_risk_is_counted_as_published(age: float, sex: str, risks: StrokeRisks, points: int) -> None:
    assert cha2ds2_vasc(age, sex, risks) == points


def test_bleeding_risk_counts_age_above_65_and_each_item_once() -> None:
    assert has_bled(65, BleedingRisks(*[False] * 8)) == 0
    assert has_bled(66, BleedingRisks(*[False] * 8)) == 1
    assert has_bled(80, BleedingRisks(*[True] * 8)) == 9


@pytest.mark.parametrize(
    ("bilirubin", "albumin", "inr", "ascites", "encephalopathy", "points", "of_class"),
    [
        (1.0, 4.0, 1.0, "none", "none", 5, "A"),
        (1.9, 3.6, 1.6, "slight", "none", 6, "A"),
        (2.0, 3.5, 1.7, "none", "none", 8, "B"),
        (3.0, 2.8, 2.3, "slight", "none", 9, "B"),
        (3.1, 2.7, 2.4, "none", "none", 11, "C"),
        (8.0, 2.0, 3.0, "marked", "marked", 15, "C"),
    ],
)
def test_child_pugh_points_at_their_edges(
    bilirubin: float, albumin: float, inr: float, ascites: Any, encephalopathy: Any, points: int, of_class: str
) -> None:
    assert child_pugh(bilirubin, albumin, inr, ascites, encephalopathy) == points
    assert child_pugh_class(points) == of_class


def test_anticholinergic_burden_sums_each_ingredient_once() -> None:
    assert burden(["amitriptyline", "oxybutynin", "metoprolol"]) == 7
    assert burden(["quetiapine", "quetiapine"]) == 3 == RELEVANT
    assert burden(["atorvastatin", "acetaminophen"]) == 0
    assert set(SCORES.values()) == {1, 2, 3}


def test_a_weight_in_pounds_is_not_plausible_for_a_child() -> None:
    assert median_weight(5) == 18.0
    assert median_weight(5.5) == pytest.approx(19.25)
    assert is_plausible_for_age(18, 5)
    assert is_plausible_for_age(30, 5)
    assert not is_plausible_for_age(18 * 2.2046, 5)
    assert not is_plausible_for_age(18 / 2.2046 / 1.2, 5)
