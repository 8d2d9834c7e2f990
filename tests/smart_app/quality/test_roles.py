"""Pages for roles: quality, and the queue of what was said. A role is a local grant, asked for at every click."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from cds_service.store import FeedbackItem
from tests.smart_app.browser import Browser, hidden_fields, words
from tests.smart_app.fake_ehr import CLINICIAN
from tests.smart_app.house import House
from tests.smart_app.sample_card import ISSUER, TENANT

OWNER = "Practitioner/owner"


def opened_by(house: House, person: str, patient: str = "p1") -> tuple[Browser, str, str]:
    """A browser with a fresh card open, the page, and the query that names the view."""
    house.ehr.claims = {"fhirUser": person}
    browser, page = house.open(patient)
    return browser, page, "view=" + browser.visited[-1].partition("view=")[2]


@pytest.fixture
def owner(house: House) -> str:
    person = f"{house.ehr.iss}/{OWNER}"
    for role in ("rule-owner", "quality"):
        house.store.people.grant(TENANT, person, role)  # type: ignore[arg-type]
    return OWNER


@pytest.mark.parametrize("page", ["/quality", "/quality.csv", "/feedback/queue"])
def test_without_the_role_the_page_is_refused_and_says_how_to_get_it(house: House, page: str) -> None:
    browser, evidence, view = opened_by(house, CLINICIAN)
    answer = browser.get(f"{page}?{view}")
    assert answer.status_code == 403 and "governance roles grant" in words(answer.text)
    assert ">Quality<" not in evidence and ">Feedback queue<" not in evidence


def test_a_role_taken_back_is_gone_at_the_next_click(house: House, owner: str) -> None:
    browser, page, view = opened_by(house, owner)
    assert ">Quality<" in page and browser.get(f"/quality?{view}").status_code == 200
    assert house.store.people.revoke(TENANT, f"{house.ehr.iss}/{owner}", "quality")
    assert browser.get(f"/quality?{view}").status_code == 403


def test_a_role_at_another_tenant_is_none_here(house: House) -> None:
    house.store.people.grant("another-tenant", f"{house.ehr.iss}/Practitioner/elsewhere", "quality")
    browser, _, view = opened_by(house, "Practitioner/elsewhere")
    assert browser.get(f"/quality?{view}").status_code == 403


def test_what_was_said_waits_for_the_owner_and_the_clinician_sees_what_came_of_it(house: House, owner: str) -> None:
    clinician, page, view = opened_by(house, CLINICIAN, "secret-patient")
    said = {
        **hidden_fields(page),
        "verdict": "wrong",
        "comment": "The dose is <b>old</b>.",
        "passage": "ddi-warfarin-smx",
    }
    clinician.post("/feedback", said)

    browser, _, own_view = opened_by(house, owner)
    queue = browser.get(f"/feedback/queue?{own_view}").text
    assert "The dose is &lt;b&gt;old&lt;/b&gt;." in queue and "secret-patient" not in queue
    assert "bactrim" not in queue and "About the passage" in queue
    form = queue[queue.index("The dose is") :]
    fields = dict(hidden_fields(queue), feedback=form.partition('name="feedback" value="')[2].partition('"')[0])
    browser.post("/feedback/reply", {**fields, "comment": "Mended, thank you.", "version": "2026.12"})

    seen = words(clinician.get(f"/evidence?{view}").text)
    assert "Changed in version 2026.12: Mended, thank you." in seen and "about passage [1]" in seen
    changed = words(browser.get(f"/feedback/queue?{own_view}&state=changed").text)
    assert "Mended, thank you." in changed


def test_an_answer_needs_words_a_known_feedback_and_the_role(house: House, owner: str) -> None:
    browser, page, _ = opened_by(house, owner)
    fields = hidden_fields(page)
    assert browser.post("/feedback/reply", {**fields, "feedback": "unknown", "comment": "x"}).status_code == 403
    clinician, page, _ = opened_by(house, CLINICIAN)
    assert clinician.post("/feedback/reply", {**hidden_fields(page), "comment": "x"}).status_code == 403
    assert clinician.post("/feedback", {**hidden_fields(page), "verdict": "wrong", "passage": "x"}).status_code == 400


@pytest.mark.covers("I-146")
def test_quality_counts_what_was_sent_and_hides_small_cells_on_page_and_in_csv(house: House, owner: str) -> None:
    for number in range(36):
        handle = house.card(f"q{number}")
        card = house.store.card_by_handle(handle)
        assert card is not None
        if number >= 24:
            continue  # no answer
        outcome = "accepted" if number % 2 else "overridden"
        at = datetime.now(UTC)
        item = FeedbackItem(card.uuid, outcome, (), None, None, None, None, at)
        house.store.add_feedback((TENANT,), ISSUER, "medication-safety", [item])
    browser, _, view = opened_by(house, owner)
    page = browser.get(f"/quality?{view}&weeks=52")
    assert page.status_code == 200 and "medication-safety" in page.text
    rows = list(csv.DictReader(browser.get(f"/quality.csv?{view}&weeks=52").text.splitlines()))
    (service,) = [row for row in rows if row["dimension"] == "service"]
    assert service["group"] == "medication-safety" and int(service["sent"]) >= 36
    assert int(service["accepted"]) >= 12 and int(service["overridden"]) >= 12
    nothing = browser.get(f"/quality.csv?{view}&weeks=52&topic=no-such-topic").text.splitlines()
    assert len(nothing) == 1


def test_odd_filters_break_nothing(house: House, owner: str) -> None:
    browser, _, view = opened_by(house, owner)
    for query in ("weeks=x", "weeks=99999", "unit=%3Cscript%3E", "service=%00"):
        assert browser.get(f"/quality?{view}&{query}").status_code == 200
