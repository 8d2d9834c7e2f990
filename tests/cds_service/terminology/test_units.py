"""Units: what is understood, what is refused, and that nothing is guessed between."""

from __future__ import annotations

import math
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.terminology import units
from cds_service.terminology.units import (
    INDEXED_ML_MIN,
    INR_UNIT,
    Quantity,
    UnitNotUnderstood,
    canonical_unit,
    convert,
)


@pytest.mark.parametrize(
    ("value", "unit", "target", "analyte", "expected"),
    [
        (88.4, "umol/L", "mg/dL", "creatinine", 1.0),
        (1, "mg/dL", "umol/L", "creatinine", 88.4),
        (5.5, "mmol/L", "mg/dL", "glucose", 99.1),
        (4.2, "meq/L", "mmol/L", "potassium", 4.2),
        (150, "[lb_av]", "kg", None, 68.04),
        (70, "[in_i]", "cm", None, 177.8),
        (3, "L/h", "mL/min", None, 50),
        (0.5, "g", "mg", None, 500),
        (Decimal("0.25"), "mg", "ug", None, 250),
    ],
)
def test_known_conversions(value, unit, target, analyte, expected):
    converted = convert(Quantity(value, unit), target, analyte)
    assert converted.unit == target
    assert converted.value == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("spelling", "ucum"),
    [
        ("\u00b5mol/L", "umol/L"),
        ("\u03bcmol/l", "umol/L"),
        ("UMOL/L", "umol/L"),
        ("mg/dl", "mg/dL"),
        (" mg / dL ", "mg/dL"),
        ("mEq/L", "meq/L"),
        ("mcg", "ug"),
        ("lbs", "[lb_av]"),
        ("in", "[in_i]"),
        ("mL/min/1.73m2", INDEXED_ML_MIN),
        ("mL/min/1.73 m2", INDEXED_ML_MIN),
        ("ml/min/1.73m\u00b2", INDEXED_ML_MIN),
        ("mL/min/1.73", INDEXED_ML_MIN),
        ("mL/min/{1.73_m2}", INDEXED_ML_MIN),
        ("mL/min/(173.10*-2.m2)", INDEXED_ML_MIN),
    ],
)
def test_spellings_that_charts_use_are_read(spelling, ucum):
    assert canonical_unit(spelling) == ucum


@pytest.mark.parametrize("indexed", ["mL/min/{1.73_m2}", "mL/min/1.73 m2", "mL/min/1.73", "mL/min/{BSA}"])
@pytest.mark.parametrize("plain", ["mL/min", "ml/min", "L/h", "mL/s", "1", "mL.min-1"])
def test_indexed_and_absolute_clearance_are_never_interchanged(indexed, plain):
    with pytest.raises(UnitNotUnderstood):
        convert(Quantity(50, indexed), plain)
    with pytest.raises(UnitNotUnderstood):
        convert(Quantity(50, plain), indexed)


@pytest.mark.parametrize(
    ("unit", "target", "analyte"),
    [
        ("", "mg/dL", "creatinine"),
        ("   ", "kg", None),
        ("stones", "kg", None),
        ("foo", "foo", None),
        ("mg/dL", "umol/L", None),  # the analyte is not known
        ("mg/dL", "umol/L", "urea"),
        ("meq/L", "mmol/L", "phosphate"),  # its valence depends on the pH
        ("meq/L", "mmol/L", None),
        ("mg", "kg/L", "creatinine"),
        ("kg", "cm", None),
        ("Cel", "K", None),  # an offset, not a factor
        ("mL/min/{whatever}", "mL/min", None),
        ("{tablet}", "mg", None),
        ("[IU]", "mg", None),
        ("kg", "{INR}", "inr"),
        ("1", "{INR}", "creatinine"),
        ("10*99999999", "1", None),
        ("((((((((((((((((((((((((((((((", "1", None),
        ("m" * 5000, "m", None),
        ("10*99.10*99.10*99.10*99", "1", None),
    ],
)
def test_what_is_not_understood_is_refused(unit, target, analyte):
    with pytest.raises(UnitNotUnderstood):
        convert(Quantity(1, unit), target, analyte)


@pytest.mark.parametrize("unit", ["", "1", "{INR}", "INR", "ratio", "{ratio}"])
def test_an_inr_may_come_as_a_plain_number(unit):
    assert convert(Quantity(2.5, unit), INR_UNIT, "inr") == Quantity(2.5, INR_UNIT)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, Decimal("NaN"), True])
def test_a_quantity_is_a_finite_number(value):
    with pytest.raises(ValueError, match="finite"):
        Quantity(value, "kg")


def test_half_a_gram_is_exactly_five_hundred_milligrams():
    assert convert(Quantity(0.5, "g"), "mg").value == 500
    assert convert(Quantity(0.3, "g"), "mg").value == 300


def test_the_refusal_does_not_repeat_what_the_chart_said():
    with pytest.raises(UnitNotUnderstood) as refusal:
        convert(Quantity(1, "John Smith"), "kg")
    assert "Smith" not in str(refusal.value)


def test_importing_the_module_builds_no_registry():
    check = "import sys, cds_service.terminology.units; sys.exit('pint' in sys.modules or 'ucumvert' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@settings(deadline=None)  # the machine may be busy
@given(st.floats(0.01, 1e6), st.sampled_from([("mg/dL", "umol/L"), ("g/L", "mmol/L"), ("mg/dL", "g/L")]))
def test_converting_there_and_back_changes_nothing(value, pair):
    there = convert(Quantity(value, pair[0]), pair[1], "creatinine")
    assert convert(there, pair[0], "creatinine").value == pytest.approx(value, rel=1e-9)


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=60))
def test_any_text_as_a_unit_is_read_or_refused_but_never_breaks(unit):
    try:
        converted = convert(Quantity(1, unit), "mg/dL", "creatinine")
    except UnitNotUnderstood:
        return
    assert converted.unit == "mg/dL"


@pytest.mark.parametrize("source", ["kg", "g", "mg", "ug"])
@pytest.mark.parametrize("target", ["kg", "g", "mg", "ug"])
def test_masses_convert_as_the_registry_has_them(source, target):
    registry = units._registry()
    expected = (registry.from_ucum(source) / registry.from_ucum(target)).m_as(registry.dimensionless)
    assert convert(Quantity(3, source), target).value == pytest.approx(3 * float(expected), rel=1e-12)


def test_the_shipped_tables_are_read_without_the_registry():
    code = (
        "import sys; from cds_service.settings import Settings; from cds_service.tables import knowledge_of; "
        "knowledge_of(Settings.from_env({})); sys.exit('ucumvert' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0, "it takes every command a second"
