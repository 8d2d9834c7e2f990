"""Small charts at the end of a stay, and what a ward pharmacist would expect to be said of each medicine.

The expectations were written before the first run.
"""

from __future__ import annotations

from tests.cds_service.checks.discharge.shapes import IN_STAY, ONE_DAILY, Case, Entry, ended, left, told

CASES = (
    Case(
        "a new blood thinner",
        {"a": "new"},
        orders=(left("a", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily"),),
        how={"a": "Take 1 tablet by mouth 2 times a day."},
        quiet=("a",),
    ),
    Case(
        "the dose of a water pill is doubled",
        {"b": "changed"},
        orders=(
            ended("a", "furosemide 40 mg tablet", ONE_DAILY),
            left("b", "furosemide 40 mg tablet", "Take 2 tablets by mouth daily"),
        ),
        how={"b": "Take 2 tablets by mouth 1 time a day."},
        quiet=("b",),
    ),
    Case(
        "another strength, the same dose",
        {"b": "continued"},
        orders=(
            ended("a", "lisinopril 10 mg tablet", "Take 2 tablets by mouth daily"),
            left("b", "lisinopril 20 mg tablet", ONE_DAILY),
        ),
    ),
    Case(
        "as often as before, in other words",
        {"b": "continued"},
        orders=(
            ended("a", "metoprolol tartrate 25 mg", "1 tab po bid"),
            left("b", "metoprolol tartrate 25 mg", "Take 1 tablet by mouth every 12 hours"),
        ),
    ),
    Case(
        "an order that simply goes on",
        {"a": "continued"},
        orders=(Entry("a", "atorvastatin 40 mg tablet", "Take 1 tablet by mouth at bedtime"),),
        how={"a": "Take 1 tablet by mouth 1 time a day at bedtime."},
        quiet=("a",),
    ),
    Case(
        "stopped for the kidneys",
        {"a": "stopped"},
        orders=(ended("a", "naproxen 500 mg tablet", "Take 1 tablet twice daily"),),
    ),
    Case(
        "stopped years before the stay",
        {},
        orders=(
            Entry(
                "a",
                "naproxen 500 mg",
                "1 tab bid",
                status="stopped",
                more={"meta": {"lastUpdated": "2025-01-02T00:00:00Z"}},
            ),
        ),
    ),
    Case(
        "stopped on a day that nobody recorded", {}, orders=(Entry("a", "naproxen 500 mg", "1 bid", status="stopped"),)
    ),
    Case(
        "for the ward alone",
        {},
        orders=(
            Entry("a", "heparin 5000 units", "5000 units subcut q8h", on="2026-11-18T11:00:00Z", category="inpatient"),
            Entry(
                "b", "ondansetron 4 mg IV", "4 mg iv q6h prn nausea", on="2026-11-19T11:00:00Z", category="inpatient"
            ),
        ),
    ),
    Case(
        "taken at home and never decided on",
        {"s": "unreconciled"},
        statements=(told("s", "omeprazole 20 mg capsule", "1 capsule daily"),),
        asks={"s": "continue, or stop?"},
    ),
    Case(
        "a proton pump inhibitor was exchanged, and the one at home forgotten",
        {"a": "new", "s": "unreconciled"},
        orders=(left("a", "pantoprazole 40 mg tablet", "Take 1 tablet by mouth daily before breakfast"),),
        statements=(told("s", "omeprazole 20 mg capsule", "1 capsule daily"),),
        asks={"s": "pantoprazole"},
    ),
    Case(
        "on hold since the first day",
        {"a": "held"},
        orders=(Entry("a", "metformin 1000 mg tablet", "1 tablet twice daily", status="on-hold", more=IN_STAY),),
        asks={"a": "start it again"},
    ),
    Case(
        "two orders of one drug are both active",
        {"b": "changed"},
        orders=(
            Entry("a", "warfarin 5 mg tablet", ONE_DAILY),
            left("b", "warfarin 2.5 mg tablet", ONE_DAILY),
        ),
        asks={"b": "still active"},
    ),
    Case(
        "the new order says which one it replaces",
        {"b": "changed"},
        orders=(
            Entry("a", "warfarin 5 mg tablet", ONE_DAILY),
            left(
                "b",
                "warfarin 2.5 mg tablet",
                ONE_DAILY,
                more={"priorPrescription": {"reference": "MedicationRequest/a"}},
            ),
        ),
        quiet=("b",),
    ),
    Case(
        "one drug takes the place of another",
        {"a": "stopped", "b": "new"},
        orders=(
            ended("a", "lisinopril 10 mg tablet", ONE_DAILY),
            left("b", "losartan 50 mg tablet", ONE_DAILY),
        ),
    ),
    Case(
        "two of one class on the list",
        {"a": "new", "b": "continued"},
        orders=(
            left("a", "ibuprofen 600 mg tablet", "Take 1 tablet by mouth every 8 hours as needed for pain"),
            Entry("b", "naproxen 500 mg tablet", "Take 1 tablet by mouth twice daily with food"),
        ),
        how={"a": "Take 1 tablet by mouth every 8 hours, only if needed for pain."},
        asks={"a": "naproxen"},
    ),
    Case(
        "a taper is said step by step",
        {"a": "new"},
        orders=(
            left("a", "prednisone 20 mg tablet", "Take 2 tablets daily for 5 days, then 1 tablet daily for 5 days"),
        ),
        how={"a": "Take 2 tablets 1 time a day, for 5 days. Then: Take 1 tablet 1 time a day, for 5 days."},
    ),
    Case(
        "a sliding scale stands as it was written",
        {"a": "new"},
        orders=(left("a", "insulin lispro", "per sliding scale: 2 units for 150-200, 4 units for 201-250"),),
        how={"a": "per sliding scale: 2 units for 150-200, 4 units for 201-250"},
    ),
    Case(
        "the home list says no dose",
        {"a": "unsure"},
        orders=(left("a", "amlodipine 10 mg tablet", ONE_DAILY),),
        statements=(told("s", "amlodipine"),),
        asks={"a": "cannot be told"},
    ),
    Case(
        "no list of home could be read",
        {"a": "ordered"},
        orders=(left("a", "amlodipine 10 mg tablet", ONE_DAILY),),
        missing=("statements", "statement_history", "order_history"),
    ),
    Case(
        "nobody knows when the stay began",
        {"a": "unsure", "b": "unsure"},
        orders=(
            Entry("a", "amlodipine 10 mg tablet", ONE_DAILY),
            left("b", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily"),
        ),
        since="",
    ),
    Case(
        "an order of the stay without a category",
        {"a": "new"},
        orders=(
            left("a", "cephalexin 500 mg capsule", "Take 1 capsule by mouth every 6 hours for 7 days", category=""),
        ),
        how={"a": "Take 1 capsule by mouth every 6 hours, for 7 days."},
        asks={"a": "for home or for the ward"},
    ),
    Case(
        "a course that has run out by its own words",
        {"a": "continued"},
        orders=(Entry("a", "amoxicillin 500 mg capsule", "Take 1 capsule by mouth three times daily for 10 days"),),
        asks={"a": "is it still to be taken?"},
    ),
    Case(
        "the patient says that it is not taken",
        {"a": "continued"},
        orders=(Entry("a", "sertraline 50 mg tablet", ONE_DAILY),),
        statements=(told("s", "sertraline 50 mg", "1 daily", status="not-taken"),),
        asks={"a": "is not taken"},
    ),
    Case(
        "an antibiotic of the stay that is done",
        {},
        orders=(
            Entry(
                "a",
                "ceftriaxone 1 g",
                "1 g iv daily",
                on="2026-11-18T12:00:00Z",
                status="completed",
                category="inpatient",
            ),
        ),
    ),
)
