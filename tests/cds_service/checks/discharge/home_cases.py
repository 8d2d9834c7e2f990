"""Ten more charts at the end of a stay: what a patient had at home, and what a hospital makes of it.

Holds, tapers, brands, exchanged medicines, lists with doubles and errors. The expectations are those of a discharge
pharmacist, and were written before the first run.
"""

from __future__ import annotations

from tests.cds_service.checks.discharge.shapes import HOME, IN_STAY, ONE_DAILY, Case, Entry, ended, left, told

_IN_MAY = {"meta": {"lastUpdated": "2026-05-02T12:00:00Z"}}
_WARD = {"category": "inpatient", "on": "2026-11-18T12:00:00Z"}
_BLEEDING = {**IN_STAY, "statusReason": {"text": "GI bleed"}}

HOME_CASES = (
    Case(
        "stopped without an end months ago, and the patient says that it is still taken",
        {"s": "unreconciled"},
        orders=(Entry("a", "glipizide 5 mg tablet", ONE_DAILY, status="stopped", more=_IN_MAY),),
        statements=(told("s", "glipizide 5 mg tablet", "1 tablet daily"),),
        asks={"s": "was stopped"},
    ),
    Case(
        "ordered for home on the second day and stopped again before the last",
        {},
        orders=(Entry("a", "cephalexin 500 mg capsule", "1 capsule qid", on="2026-11-19T12:00:00Z", status="stopped"),),
    ),
    Case(
        "on hold for a bleeding, and on the home list too",
        {"a": "held"},
        orders=(
            Entry("a", "apixaban 5 mg tablet", "1 tablet bid", status="on-hold", more=_BLEEDING),
            Entry("h", "pantoprazole 40 mg IV", "40 mg iv bid", **_WARD),
        ),
        statements=(told("s", "Eliquis 5 mg", "1 tablet twice daily"),),
        asks={"a": "GI bleed"},
    ),
    Case(
        "another release form",
        {"b": "changed"},
        orders=(
            ended("a", "metoprolol tartrate 25 mg tablet", "Take 1 tablet by mouth twice daily"),
            left("b", "metoprolol succinate ER 50 mg tablet", ONE_DAILY),
        ),
        reads={"b": "metoprolol tartrate"},
        quiet=("b",),
    ),
    Case(
        "at home under its brand",
        {"a": "continued"},
        orders=(left("a", "atorvastatin 40 mg tablet", "Take 1 tablet by mouth at bedtime"),),
        statements=(told("s", "Lipitor 40 mg tablet", "1 tablet at bedtime"),),
        reads={"a": "Lipitor"},
        quiet=("a",),
    ),
    Case(
        "only if needed from now on, and an inhaler that stays so",
        {"b": "changed", "c": "continued"},
        orders=(
            ended("a", "ibuprofen 400 mg tablet", "Take 1 tablet by mouth every 8 hours"),
            left("b", "ibuprofen 400 mg tablet", "Take 1 tablet by mouth every 8 hours as needed for pain"),
            Entry("c", "albuterol HFA 90 mcg", "Inhale 2 puffs every 4 hours as needed for wheezing"),
        ),
        how={
            "b": "Take 1 tablet by mouth every 8 hours, only if needed for pain.",
            "c": "Breathe in 2 puffs every 4 hours, only if needed for wheezing.",
        },
    ),
    Case(
        "a taper on top of a steroid that is taken for good",
        {"b": "changed"},
        orders=(
            left(
                "b",
                "prednisone 10 mg tablet",
                "Take 4 tablets daily for 3 days, then 3 tablets daily for 3 days, then 2 tablets daily for 3 days",
            ),
        ),
        statements=(told("s", "prednisone 5 mg tablet", ONE_DAILY),),
        how={
            "b": "Take 4 tablets 1 time a day, for 3 days. Then: Take 3 tablets 1 time a day, for 3 days. "
            "Then: Take 2 tablets 1 time a day, for 3 days."
        },
        asks={"b": "after"},
    ),
    Case(
        "exchanged by the hospital's formulary, and taken again as before",
        {"b": "continued"},
        orders=(
            ended("a", "omeprazole 20 mg capsule", "Take 1 capsule by mouth daily"),
            Entry("p", "pantoprazole 40 mg tablet", ONE_DAILY, **_WARD),
            left("b", "omeprazole 20 mg capsule", "Take 1 capsule by mouth daily"),
        ),
        quiet=("b",),
    ),
    Case(
        "twice on the home list under two names, and another twice with two doses",
        {"a": "continued", "b": "unsure"},
        orders=(
            left("a", "metformin 500 mg tablet", "Take 1 tablet by mouth twice daily"),
            left("b", "lisinopril 20 mg tablet", ONE_DAILY),
        ),
        statements=(
            told("s", "metformin 500 mg tablet", "1 tablet twice daily"),
            told("t", "Glucophage 500 mg", "1 tablet twice daily"),
            told("u", "lisinopril 10 mg tablet", "1 tablet daily"),
            told("v", "lisinopril 20 mg tablet", "1 tablet daily"),
        ),
        asks={"b": "do not agree"},
        quiet=("a",),
    ),
    Case(
        "a home list with an error, a medicine without a name, and one whose status nobody knows",
        {"a": "new", "u": "unreconciled", "v": "unreconciled"},
        orders=(left("a", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily"),),
        statements=(
            told("s", "warfarin 5 mg tablet", ONE_DAILY, status="entered-in-error"),
            told("u", "little white pill for the heart", "1 daily"),
            told("v", "furosemide 20 mg tablet", ONE_DAILY, status="unknown"),
        ),
        asks={"u": "not recognised", "v": "continue, or stop?"},
    ),
    Case(
        "a sliding scale of the ward, and the long insulin at another dose",
        {"b": "changed"},
        orders=(
            ended("a", "insulin glargine 100 units/mL", "Inject 20 units subcutaneously at bedtime", on=HOME),
            Entry("l", "insulin lispro", "per sliding scale: 2 units for 150-200, 4 units for 201-250", **_WARD),
            left("b", "insulin glargine 100 units/mL", "Inject 24 units subcutaneously at bedtime"),
        ),
        how={"b": "Inject 24 units under the skin 1 time a day at bedtime."},
        quiet=("b",),
    ),
    Case(
        "injected once in the hospital",
        {"b": "unsure"},
        orders=(
            Entry("a", "ketorolac 30 mg/mL injection", "30 mg iv once", **_WARD),
            Entry("c", "ceftriaxone 1 g", "1 g im once", on="2026-11-18T12:00:00Z", status="completed", category=""),
            left("b", "enoxaparin 40 mg/0.4 mL syringe", "40 mg subcut once", on="2026-11-19T12:00:00Z", category=""),
        ),
        asks={"b": "once"},
    ),
)
