"""This patient: open concerns, what was chosen by whom, and the course of medicines and measurements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_service.store import FeedbackItem
from smart_app.chart.series import Point, Series, series_of, sparkline
from smart_app.chart.timeline import Medicine, overlaps_of, timeline_of
from tests.smart_app.browser import Browser, words
from tests.smart_app.house import House
from tests.smart_app.sample_card import ISSUER, SUMMARY, TENANT

SCOPE = "launch openid fhirUser patient/Patient.r patient/MedicationRequest.rs patient/Observation.rs"


def at(house: House, patient: str, path: str, scope: str = SCOPE) -> tuple[Browser, str]:
    """A browser with this patient open, and the page at `path`."""
    house.ehr.scope = scope
    browser = house.browser()
    page = browser.launch(house.ehr.launch_query(house.ehr.launch(patient)))
    view = page.url.partition("view=")[2]
    answer = browser.get(f"{path}?view={view}")
    assert answer.status_code == 200, words(answer.text)
    return browser, answer.text


def drug(number: int, name: str, **members: Any) -> dict[str, Any]:
    resource = {"resourceType": "MedicationRequest", "id": f"mr-{number}", "status": "active"}
    return {**resource, "medicationCodeableConcept": {"text": name}, "authoredOn": "2026-03-12", **members}


def lab(number: int, value: object, on: str = "2026-11-01", unit: str = "mg/dL", **members: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": "Creatinine"}
    resource = {"resourceType": "Observation", "id": f"lab-{number}", "status": "final", "code": code}
    return {**resource, "effectiveDateTime": on, "valueQuantity": {"value": value, "unit": unit}, **members}


def of(patient: str, *resources: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**one, "subject": {"reference": f"Patient/{patient}"}} for one in resources]


def test_open_concerns_stand_first_and_each_leads_to_its_evidence(house: House) -> None:
    house.card("tp-1", summary="first <b>concern</b>")
    house.card("tp-1", summary="first <b>concern</b>")
    house.card("tp-1", summary="another")
    browser, page = at(house, "tp-1", "/patient")
    assert "2 open concerns" in words(page) and "raised 2 times" in words(page) and "<b>concern</b>" not in page
    address = page.partition('<ul class="concerns">')[2].partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    evidence = browser.get(address)
    assert evidence.status_code == 200 and "order as written" in words(evidence.text).lower()


def test_an_answered_concern_is_no_longer_open_and_says_who_chose(house: House) -> None:
    handle = house.card("tp-2")
    card = house.store.card_by_handle(handle)
    assert card is not None
    said = FeedbackItem(card.uuid, "overridden", (), "s", "c", "He will be watched", "Seen.", datetime.now(UTC))
    house.store.add_feedback((TENANT,), ISSUER, "medication-safety", [said])
    _, page = at(house, "tp-2", "/patient")
    seen = words(page)
    assert "No open concern on record" in seen and "Overridden" in seen and "He will be watched" in seen
    assert "in the EHR; nobody is named" in seen


def test_a_patient_nobody_asked_about_is_not_said_to_have_no_concern(house: House) -> None:
    house.card("tp-somebody-else")
    _, page = at(house, "tp-never-asked", "/patient")
    seen = words(page)
    assert "Nothing was asked about this patient yet" in seen
    assert "No open concern" not in seen


@pytest.mark.covers("H-136")
def test_a_card_of_another_patient_is_not_found_by_its_id(house: House) -> None:
    handle = house.card("tp-other")
    card = house.store.card_by_handle(handle)
    assert card is not None
    browser, page = at(house, "tp-3", "/patient")
    view = page.partition("view=")[2].partition('"')[0]
    answer = browser.get(f"/evidence?view={view}&card={card.uuid}")
    assert answer.status_code == 404 and SUMMARY not in answer.text
    assert browser.get(f"/evidence/trend.svg?view={view}&card={card.uuid}&fact=1").status_code == 404


def test_medicines_and_results_are_drawn_and_stand_in_tables(house: House) -> None:
    house.card("tp-4")  # its facts name MedicationRequest/mr-7
    house.ehr.resources = {
        "MedicationRequest": of("tp-4", drug(7, "warfarin 5 mg"), drug(8, "<i>lisinopril</i>")),
        "Observation": of("tp-4", lab(1, 1.1, "2026-10-01"), lab(2, 1.9)),
    }
    _, page = at(house, "tp-4", "/patient/timeline")
    assert 'class="bar concerns"' in page and page.count('class="dot"') == 2
    seen = words(page)
    assert "warfarin 5 mg active 12 Mar 2026 none on record yes" in seen and "<i>lisinopril</i>" in seen
    assert "Creatinine 1.9 mg/dL 1 Nov 2026 1.1 (1 Oct 2026)" in seen


@pytest.mark.covers("L4", "L15")
def test_what_may_not_be_read_is_said_and_never_looks_empty(house: House) -> None:
    _, page = at(house, "tp-5", "/patient/timeline", "launch openid fhirUser patient/Patient.r patient/Observation.r")
    assert words(page).count("The EHR did not allow this app to read it.") == 2
    house.ehr.search_status = 403
    _, page = at(house, "tp-5", "/patient/timeline")
    assert words(page).count("says that this may not be read (403)") == 2 and "neither a medicine" not in words(page)


@pytest.mark.covers("L15")
def test_a_token_that_the_ehr_no_longer_takes_is_renewed_once(house: House) -> None:
    house.ehr.refresh_token, house.ehr.search_status = "r-1", 401
    _, page = at(house, "tp-6", "/patient/timeline")
    assert "no longer accepts this app's access" in words(page)
    assert len(house.ehr.used_refresh_tokens) == 1  # the second read takes what the first one's renewal brought


def test_another_patients_resource_in_the_answer_is_dropped(house: House) -> None:
    house.ehr.resources = {"MedicationRequest": of("someone-else", drug(1, "not-hers")), "Observation": []}
    _, page = at(house, "tp-7", "/patient/timeline")
    assert "not-hers" not in page


@pytest.mark.covers("L6", "L7")
def test_a_link_to_a_next_page_is_not_followed(house: House) -> None:
    before = len(house.ehr.seen)
    at(house, "tp-8", "/patient/timeline")
    assert [path for path in house.ehr.seen[before:] if path.startswith("/fhir/")].count("/fhir/Observation") == 1


def test_only_finished_numbers_with_unit_and_day_make_a_series() -> None:
    odd = [
        lab(1, 1.0),
        lab(2, "hemolyzed"),
        lab(3, 5, status="preliminary"),
        lab(4, 5, unit=""),
        lab(5, 5, on="soon"),
        lab(6, 5, valueQuantity={"value": 5, "unit": "mg/dL", "comparator": "<"}),
        lab(7, True),
        lab(8, 88, unit="µmol/L"),
        {},
    ]
    assert [(one.unit, len(one.points)) for one in series_of(odd)] == [("mg/dL", 1), ("µmol/L", 1)]


DAYS = st.dates(date(2020, 1, 1), date(2026, 11, 1))


@given(st.lists(st.tuples(DAYS, st.floats(-1e6, 1e6)), min_size=1, max_size=20), st.lists(DAYS | st.none(), max_size=8))
def test_every_bar_and_point_lies_within_the_picture(points: Any, starts: list[date | None]) -> None:
    series = Series("c", "n", "u", tuple(sorted((Point(on, value, "r") for on, value in points), key=lambda p: p.on)))
    medicines = [Medicine(f"m{n}", "active", on, None, f"r{n}", True) for n, on in enumerate(starts)]
    picture = timeline_of(medicines, [series], date(2026, 11, 27))
    assert all(bar.x >= 170 and bar.x + bar.width <= 760 for bar in picture.bars)
    assert all(170 <= x <= 760 and 0 <= y <= picture.height for line in picture.lines for x, y in line.dots)
    assert sparkline(series).count("<circle") == (len(points) > 1)


def test_medicines_overlap_when_their_times_touch() -> None:
    day = date(2026, 1, 1)
    one = Medicine("a", "active", day, day + timedelta(10), "1", True)
    other = Medicine("b", "active", day + timedelta(10), None, "2", True)
    later = Medicine("c", "active", day + timedelta(11), None, "3", True)
    silent = Medicine("d", "active", day, None, "4", False)
    found = {overlap.names: (overlap.since, overlap.until) for overlap in overlaps_of([one, other, later, silent])}
    assert found == {("a", "b"): (day + timedelta(10),) * 2, ("b", "c"): (day + timedelta(11), None)}
