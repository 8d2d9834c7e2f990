"""Small charts at the end of a stay, and what a ward pharmacist would expect to be said of each medicine.

The expectations were written before the first run. The day is 23 November 2026 (`tests.charts.NOW`); the stay began on
the 18th at nine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOME, LEFT = "2026-03-01T10:00:00Z", "2026-11-23T08:00:00Z"  # before the stay, and on its last day
IN_STAY = {"meta": {"lastUpdated": "2026-11-20T12:00:00Z"}}


@dataclass(frozen=True, slots=True)
class Entry:
    """An order or a statement. `drug` and `sig` as charts write them; `on` is authoredOn or dateAsserted."""

    id: str
    drug: str
    sig: str = ""
    on: str = HOME
    status: str = "active"
    category: str = "outpatient"
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """`expected`: state by id of the order or statement that it is said of, and no other. `how`: instructions by id,
    `asks`: words of a question by id. `missing`: keys that did not come."""

    name: str
    expected: Mapping[str, str]
    orders: tuple[Entry, ...] = ()
    statements: tuple[Entry, ...] = ()
    how: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    since: str = "2026-11-18T09:00:00Z"


def _left(id: str, drug: str, sig: str = "", **kw: Any) -> Entry:
    return Entry(id, drug, sig, **{"on": LEFT, "category": "discharge", **kw})


CASES = (
    Case(
        "a new blood thinner",
        {"a": "new"},
        orders=(_left("a", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily"),),
        how={"a": "Take 1 tablet by mouth 2 times a day."},
        quiet=("a",),
    ),
    Case(
        "the dose of a water pill is doubled",
        {"b": "changed"},
        orders=(
            Entry("a", "furosemide 40 mg tablet", "Take 1 tablet by mouth daily", status="stopped", more=IN_STAY),
            _left("b", "furosemide 40 mg tablet", "Take 2 tablets by mouth daily"),
        ),
        how={"b": "Take 2 tablets by mouth 1 time a day."},
        quiet=("b",),
    ),
    Case(
        "another strength, the same dose",
        {"b": "continued"},
        orders=(
            Entry("a", "lisinopril 10 mg tablet", "Take 2 tablets by mouth daily", status="stopped", more=IN_STAY),
            _left("b", "lisinopril 20 mg tablet", "Take 1 tablet by mouth daily"),
        ),
    ),
    Case(
        "as often as before, in other words",
        {"b": "continued"},
        orders=(
            Entry("a", "metoprolol tartrate 25 mg", "1 tab po bid", status="stopped", more=IN_STAY),
            _left("b", "metoprolol tartrate 25 mg", "Take 1 tablet by mouth every 12 hours"),
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
        orders=(Entry("a", "naproxen 500 mg tablet", "Take 1 tablet twice daily", status="stopped", more=IN_STAY),),
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
        statements=(Entry("s", "omeprazole 20 mg capsule", "1 capsule daily", on="2026-11-18T10:00:00Z"),),
        asks={"s": "continue, or stop?"},
    ),
    Case(
        "a proton pump inhibitor was exchanged, and the one at home forgotten",
        {"a": "new", "s": "unreconciled"},
        orders=(_left("a", "pantoprazole 40 mg tablet", "Take 1 tablet by mouth daily before breakfast"),),
        statements=(Entry("s", "omeprazole 20 mg capsule", "1 capsule daily", on="2026-11-18T10:00:00Z"),),
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
            Entry("a", "warfarin 5 mg tablet", "Take 1 tablet by mouth daily"),
            _left("b", "warfarin 2.5 mg tablet", "Take 1 tablet by mouth daily"),
        ),
        asks={"b": "still active"},
    ),
    Case(
        "the new order says which one it replaces",
        {"b": "changed"},
        orders=(
            Entry("a", "warfarin 5 mg tablet", "Take 1 tablet by mouth daily"),
            _left(
                "b",
                "warfarin 2.5 mg tablet",
                "Take 1 tablet by mouth daily",
                more={"priorPrescription": {"reference": "MedicationRequest/a"}},
            ),
        ),
        quiet=("b",),
    ),
    Case(
        "one drug takes the place of another",
        {"a": "stopped", "b": "new"},
        orders=(
            Entry("a", "lisinopril 10 mg tablet", "Take 1 tablet by mouth daily", status="stopped", more=IN_STAY),
            _left("b", "losartan 50 mg tablet", "Take 1 tablet by mouth daily"),
        ),
    ),
    Case(
        "two of one class on the list",
        {"a": "new", "b": "continued"},
        orders=(
            _left("a", "ibuprofen 600 mg tablet", "Take 1 tablet by mouth every 8 hours as needed for pain"),
            Entry("b", "naproxen 500 mg tablet", "Take 1 tablet by mouth twice daily with food"),
        ),
        how={"a": "Take 1 tablet by mouth every 8 hours, only if needed for pain."},
        asks={"a": "naproxen"},
    ),
    Case(
        "a taper is said step by step",
        {"a": "new"},
        orders=(
            _left("a", "prednisone 20 mg tablet", "Take 2 tablets daily for 5 days, then 1 tablet daily for 5 days"),
        ),
        how={"a": "Take 2 tablets 1 time a day, for 5 days. Then: Take 1 tablet 1 time a day, for 5 days."},
    ),
    Case(
        "a sliding scale stands as it was written",
        {"a": "new"},
        orders=(_left("a", "insulin lispro", "per sliding scale: 2 units for 150-200, 4 units for 201-250"),),
        how={"a": "per sliding scale: 2 units for 150-200, 4 units for 201-250"},
    ),
    Case(
        "the home list says no dose",
        {"a": "unsure"},
        orders=(_left("a", "amlodipine 10 mg tablet", "Take 1 tablet by mouth daily"),),
        statements=(Entry("s", "amlodipine", on="2026-11-18T10:00:00Z"),),
        asks={"a": "cannot be told"},
    ),
    Case(
        "no list of home could be read",
        {"a": "unsure"},
        orders=(_left("a", "amlodipine 10 mg tablet", "Take 1 tablet by mouth daily"),),
        missing=("statements", "statement_history", "order_history"),
        asks={"a": "no list of home medicines"},
    ),
    Case(
        "nobody knows when the stay began",
        {"a": "unsure", "b": "unsure"},
        orders=(
            Entry("a", "amlodipine 10 mg tablet", "Take 1 tablet by mouth daily"),
            _left("b", "apixaban 5 mg tablet", "Take 1 tablet by mouth twice daily"),
        ),
        since="",
    ),
    Case(
        "an order of the stay without a category",
        {"a": "new"},
        orders=(
            _left("a", "cephalexin 500 mg capsule", "Take 1 capsule by mouth every 6 hours for 7 days", category=""),
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
        orders=(Entry("a", "sertraline 50 mg tablet", "Take 1 tablet by mouth daily"),),
        statements=(Entry("s", "sertraline 50 mg", "1 daily", on="2026-11-18T10:00:00Z", status="not-taken"),),
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
