"""A unit and its code: what is understood of both must be one amount."""

from __future__ import annotations

import pytest

from cds_service.terminology.unit_names import contradict


@pytest.mark.parametrize(
    ("code", "shown", "differ"),
    [
        ("kg", "lb", True),
        ("kg", "kg", False),
        ("mg", "mcg", True),
        ("umol/L", "µmol/l", False),
        ("mg/dL", "mg/L", True),
        ("10*9/L", "10*3/uL", False),
        ("mL/min/{1.73_m2}", "mL/min/1.73 m2", False),
        ("mmol/L", "mEq/L", False),
        ("{tablet}", "tablet", False),
        ("[lb_av]", "pounds", False),
        ("", "mg", False),
        ("mg", "", False),
    ],
)
def test_a_unit_and_its_code_contradict_each_other_only_where_both_are_understood(
    code: str, shown: str, differ: bool
) -> None:
    assert contradict(code, shown) is differ
