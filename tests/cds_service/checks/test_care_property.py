"""No chart whatever makes an item met without a coded entry, done, dated, and inside the window."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.chart import Supplied
from tests.cds_service.checks.care_charts import CVX, chart_of, looked, row
from tests.charts import LOINC, NOW, SNOMED, concept

TODAY = NOW.date()
ROWS = (
    row("care-test", proof="test:hba1c@6m"),
    row("care-doses", proof="set:zoster-rzv@10y,doses=2"),
    row("care-procedure", proof="set:mammography@2y"),
    row("care-survey", proof="set:tobacco-status@1y"),
)
# Of each item: the codes that prove it, the status that means done, where it was looked for, since when, how many days.
PROOFS: dict[str, tuple[set[str], set[str], tuple[str, ...], date, int]] = {
    "care-test": (
        {"4548-4", "17856-6", "59261-8", "4549-2"},
        {"final", "amended", "corrected", "preliminary"},
        ("labs",),
        date(2026, 5, 23),
        1,
    ),
    "care-doses": ({"187"}, {"completed"}, ("immunizations",), date(2016, 11, 23), 2),
    "care-procedure": ({"71651007", "24623002"}, {"completed"}, ("procedures",), date(2024, 11, 23), 1),
    "care-survey": (
        {"72166-2", "11367-0", "39240-7"},
        {"final", "amended", "corrected", "preliminary"},
        ("screenings",),
        date(2025, 11, 23),
        1,
    ),
}
DATES = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "last spring", "2026", "2026-05", "2026-05-22", "2026-05-23", "2024-11-23", "2027-03-01", 20260101]
    ),
    st.dates(date(2010, 1, 1), date(2028, 1, 1)).map(date.isoformat),
)
STATUSES = st.sampled_from(
    ["final", "amended", "cancelled", "entered-in-error", "completed", "not-done", "in-progress", "unknown", "", None]
)
STATES = st.sampled_from(["data", "data", "data", "failed", "absent", "empty"])


def entries(kind: str, code: str, when: str, system: str, codes: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda status, code_, on, modifier, absent: {
            "resourceType": kind,
            "id": "x",
            "status": status,
            code: concept("Something", (system, code_)),
            when: on,
            **({"modifierExtension": [{"url": "urn:not"}]} if modifier else {}),
            **({"dataAbsentReason": {"text": "refused"}} if absent else {}),
        },
        STATUSES,
        st.sampled_from(codes),
        DATES,
        st.sampled_from([False, False, False, True]),
        st.sampled_from([False, False, True]),
    )


def lists(kind: str, code: str, when: str, system: str, codes: list[str]) -> st.SearchStrategy[Supplied]:
    def made(state: Any, resources: list[dict[str, Any]], complete: bool) -> Supplied:
        return Supplied(state, tuple(resources) if state == "data" else (), complete)

    return st.builds(made, STATES, st.lists(entries(kind, code, when, system, codes), max_size=5), st.booleans())


LABS = lists("Observation", "code", "effectiveDateTime", LOINC, ["4548-4", "17856-6", "2823-3", "72166-2"])
SCREENINGS = lists("Observation", "code", "effectiveDateTime", LOINC, ["72166-2", "11367-0", "4548-4"])
VACCINES = lists("Immunization", "vaccineCode", "occurrenceDateTime", CVX, ["187", "88", "4548-4"])
PROCEDURES = lists("Procedure", "code", "performedDateTime", SNOMED, ["71651007", "24623002", "187"])


def proving_days(item: str, supplied: dict[str, Supplied]) -> set[str]:
    """By an independent reading of the resources: the full days of entries that may count."""
    codes, statuses, keys, since, _ = PROOFS[item]
    days = set()
    for key in keys:
        for one in supplied[key].resources:
            coded = {coding["code"] for coding in (one.get("code") or one.get("vaccineCode"))["coding"]}
            on = one.get("effectiveDateTime") or one.get("occurrenceDateTime") or one.get("performedDateTime")
            if not coded & codes or one["status"] not in statuses or "modifierExtension" in one:
                continue
            if key in ("labs", "screenings") and "dataAbsentReason" in one:
                continue
            try:
                day = date.fromisoformat((str(on) + "-01-01")[:10]) if isinstance(on, str) and on else None
            except ValueError:
                day = None
            if day and since <= day <= TODAY + timedelta(days=1):
                days.add(day.isoformat())
    return days


@settings(deadline=None)
@given(LABS, SCREENINGS, VACCINES, PROCEDURES)
def test_nothing_is_met_without_a_dated_coded_proof_inside_the_window(
    labs: Supplied, screenings: Supplied, immunizations: Supplied, procedures: Supplied
) -> None:
    supplied = {"labs": labs, "screenings": screenings, "immunizations": immunizations, "procedures": procedures}
    for item, found in looked(chart_of(**supplied), *ROWS).items():
        proving = proving_days(item, supplied)
        if found.state == "met":
            assert len(proving) >= PROOFS[item][4], (item, found)
            assert all(fact.on and fact.origin.kind == "coded" for fact in found.facts)
        elif found.state == "unmet":
            assert len(proving) < PROOFS[item][4], "what is proved is not called open"
            assert all(supplied[key].state in ("data", "empty") for key in PROOFS[item][2]), "nobody could look"
