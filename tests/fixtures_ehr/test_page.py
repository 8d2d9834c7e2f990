"""The page itself: honest links, no script needed, no foreign code or origin let in."""

from __future__ import annotations

import pytest

from .at_the_desk import RUTH, TYPED, advise
from .fake_cds_service import card


def test_a_smart_link_becomes_a_launch_and_an_absolute_link_a_new_tab(ehr, cds):
    links = [
        {"label": "Show evidence", "url": ehr.settings.launch_url, "type": "smart", "appContext": "handle-9"},
        {"label": "Label", "url": "https://example.org/label", "type": "absolute"},
        {"label": "Bad", "url": "javascript:alert(1)", "type": "absolute"},
    ]
    advise(cds, card(links=links))
    page = ehr.step(RUTH, "orders", text=TYPED)
    assert 'target="app-frame"' in page
    assert 'name="appContext" value="handle-9"' in page
    assert 'href="https://example.org/label" target="_blank" rel="noopener noreferrer"' in page
    assert "javascript:" not in page


def test_the_page_works_without_script_and_says_what_it_is(ehr, cds):
    front = ehr.get("/")
    assert "Sandbox: synthetic patients, for demonstration and tests only" in front.text
    assert TYPED in front.text
    answer = ehr.post(f"/patients/{RUTH}/orders", data={"text": TYPED})
    assert answer.status_code == 303
    chart = ehr.get(f"/patients/{RUTH}")
    assert "Ruth Alder" in chart.text
    assert "No known allergies" in chart.text
    missing = ehr.get("/patients/nobody")
    assert missing.status_code == 404
    assert "Sandbox: synthetic patients" in missing.text


def test_where_a_reset_leads_it_says_what_stays_on_record(ehr):
    where = ehr.post("/sandbox/reset").headers["Location"]
    assert "Countersign keeps what it has recorded" in ehr.get(where).text


def test_the_page_lets_no_foreign_script_frame_or_origin_in(ehr):
    policy = ehr.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert f"frame-src 'self' {ehr.settings.app_origin};" in policy
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": ehr.settings.app_origin}, {"Origin": "null"}):
        assert ehr.post(f"/patients/{RUTH}/orders", data={"text": "x"}, headers=headers).status_code == 403
        assert ehr.post("/sandbox/launch", json={}, headers=headers).status_code == 403
    assert ehr.get("/", headers={"Host": "rebound.example"}).status_code == 400


@pytest.mark.parametrize("text", ["", "   ", "x" * 501])
def test_an_order_that_cannot_be_read_is_not_added(ehr, cds, text):
    page = ehr.step(RUTH, "orders", text=text)
    assert "Type an order" in page
    assert cds.bodies == []
