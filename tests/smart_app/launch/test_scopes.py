"""Granted scopes, in both spellings of SMART."""

from __future__ import annotations

import pytest

from smart_app.smart.scopes import granted, may_read


@pytest.mark.covers("M1", "M3", "M4")
@pytest.mark.parametrize(
    ("scope", "readable"),
    [
        ("patient/Patient.r", True),
        ("patient/Patient.rs", True),
        ("patient/Patient.read", True),
        ("patient/*.*", True),
        ("user/*.cruds", True),
        ("patient/Patient.s", False),
        ("patient/Patient.sr", False),
        ("patient/Patient.write", False),
        ("patient/Observation.rs", False),
        ("patient/Patient.r?_id=p1", False),
        ("launch/patient", False),
    ],
)
def test_a_patient_may_be_read_only_with_a_scope_that_says_so(scope: str, readable: bool) -> None:
    assert may_read(granted(f"openid {scope}", "asked"), "Patient") is readable


@pytest.mark.covers("L4")
def test_a_token_answer_without_scope_means_as_asked_and_an_empty_one_means_nothing() -> None:
    assert granted(None, "launch openid") == {"launch", "openid"}
    assert granted("", "launch openid") == frozenset()
