"""Laboratory results in the units that laboratories send: the same value is the same value."""

from __future__ import annotations

import pytest

from cds_service.terminology.observables import OBSERVABLES
from cds_service.terminology.units import Quantity, UnitNotUnderstood

SAME = [
    ("potassium", 5.6, "mEq/L", 5.6),
    ("magnesium", 0.7, "mmol/L", 1.70),
    ("magnesium", 1.4, "mEq/L", 1.70),
    ("calcium", 2.0, "mmol/L", 8.02),
    ("calcium", 4.0, "mEq/L", 8.02),
    ("ionized-calcium", 4.0, "mg/dL", 0.998),
    ("creatinine", 176.8, "umol/L", 2.0),
    ("bilirubin", 34.2, "umol/L", 2.0),
    ("lithium", 1.6, "mEq/L", 1.6),
    ("digoxin", 2.56, "nmol/L", 2.0),
    ("phenytoin", 79.28, "umol/L", 20.0),
    ("theophylline", 111.0, "umol/L", 20.0),
    ("anc", 900, "/uL", 0.9),
    ("anc", 0.9, "K/uL", 0.9),
    ("anc", 0.9, "10*3/uL", 0.9),
    ("platelets", 45, "x10E3/uL", 45),
    ("platelets", 45, "thou/cumm", 45),
    ("platelets", 45000, "cells/mm3", 45),
    ("hemoglobin", 125, "g/L", 12.5),
    ("albumin", 28, "g/L", 2.8),
    ("alt", 130, "IU/L", 130),
    ("tsh", 0.02, "uIU/mL", 0.02),
    ("qtc", 0.51, "s", 510),
    ("qtc", 510, "msec", 510),
    ("heart-rate", 44, "bpm", 44),
]


@pytest.mark.parametrize(("key", "value", "unit", "ours"), SAME)
def test_the_same_result_in_another_unit_is_the_same_value(key: str, value: float, unit: str, ours: float) -> None:
    assert OBSERVABLES[key].read(Quantity(value, unit)) == pytest.approx(ours, rel=5e-3)


@pytest.mark.parametrize(("key", "unit"), [("hba1c", "mmol/mol"), ("albumin", "umol/L"), ("anc", "%"), ("qtc", "mV")])
def test_a_unit_that_measures_something_else_is_refused(key: str, unit: str) -> None:
    with pytest.raises(UnitNotUnderstood):
        OBSERVABLES[key].read(Quantity(5, unit))


def test_milliequivalents_need_the_valence_of_the_ion() -> None:
    with pytest.raises(UnitNotUnderstood):
        OBSERVABLES["bilirubin"].read(Quantity(2, "meq/L"))
