"""A clinician opens a chart, sees what stands only in its notes, and takes it onto the list."""

from __future__ import annotations

import pytest

from tests.browser.clinician import Clinician


def test_what_stands_only_in_notes_is_offered_and_taken_onto_the_list(clinician: Clinician) -> None:
    clinician.opens("nora-quist")
    assert clinician.opened.count() == 5
    text = clinician.opened.filter(has_text="amoxicillin").first.inner_text()
    assert "Dr. Samuel Bell" in text and "hives" in text
    allergies = clinician.page.locator(".box", has=clinician.page.get_by_role("heading", name="Allergies"))
    assert "No allergy entry" in allergies.inner_text()
    clinician.accepts("Add to the allergy list")
    assert clinician.opened.count() == 4
    assert "amoxicillin" in allergies.inner_text() and "unconfirmed" in allergies.inner_text()
    assert clinician.complaints == []


@pytest.mark.parametrize("width", [1280, 400])
def test_the_offers_fit_into_the_window(clinician: Clinician, width: int) -> None:
    clinician.page.set_viewport_size({"width": width, "height": 800})
    clinician.opens("nora-quist")
    assert clinician.opened.count() == 5 and clinician.overflow == 0
