"""A clinician chooses: she takes a suggestion, or puts the advice aside with a reason. Both are kept."""

from __future__ import annotations

from cds_service.store import Store
from tests.browser.clinician import Clinician
from tests.browser.records import stored, stored_card
from tests.browser.three_apps import ThreeApps
from tests.stored_feedback import feedback_for

REASON = ("risk-benefit-ratio", "Recipient assessment of risk/benefit ratio")


def test_an_accepted_suggestion_changes_the_draft_and_the_next_call_is_quiet(
    clinician: Clinician, apps: ThreeApps, store: Store
) -> None:
    clinician.opens("helen-park")
    clinician.orders("omeprazole 20 mg daily for gerd")
    card = stored(clinician.cards.first, apps, store)

    clinician.accepts("Order pantoprazole")

    (draft,) = clinician.drafts
    assert "pantoprazole" in draft
    assert "omeprazole" not in draft
    assert clinician.cards.count() == 0
    assert clinician.page.locator(".no-advice").first.is_visible()
    (event,) = feedback_for(store, card.uuid)
    (chosen,) = [one["uuid"] for one in card.body["suggestions"] if "pantoprazole" in one["label"]]
    assert (event.outcome, event.suggestions, event.channel) == ("accepted", (chosen,), "cds-hooks")


def test_an_ordered_test_is_not_suggested_again(clinician: Clinician) -> None:
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    clinician.accepts("Order INR in 5 days")
    assert len(clinician.drafts) == 2
    assert clinician.drafts[1].startswith("INR, due ")
    assert clinician.cards.get_by_role("button", name="Order INR").count() == 0
    assert clinician.cards.first.locator(".indicator").inner_text() == "Warning"


def test_a_missing_baseline_is_ordered_with_a_click_and_not_asked_for_again(clinician: Clinician) -> None:
    clinician.opens("grace-lindqvist")
    clinician.orders("metformin 500 bid")
    clinician.accepts("Order creatinine now")
    assert clinician.drafts[1].startswith("creatinine, due ")
    assert clinician.cards.count() == 0


def test_a_confirmed_drug_name_counts_as_written_and_the_concern_rises(clinician: Clinician) -> None:
    clinician.opens("henry-voss")
    clinician.orders("metforminn 500")
    clinician.accepts("Correct the drug name to metformin")
    assert clinician.drafts == ["metformin 500"]
    assert clinician.cards.first.locator(".indicator").inner_text() == "Critical"
    assert "read as" not in clinician.cards.first.inner_text()


def test_a_cancelled_order_is_gone(clinician: Clinician) -> None:
    clinician.opens("daniel-okafor")
    clinician.orders("amox 500 tid")
    clinician.accepts("Cancel this order")
    assert clinician.drafts == []
    assert clinician.cards.count() == 0


def test_a_dismissal_is_stored_with_its_reason_and_comment(clinician: Clinician, apps: ThreeApps, store: Store) -> None:
    clinician.opens("marta-silva")
    clinician.orders("advil 600")
    uuid = clinician.cards.first.get_attribute("data-card") or ""

    clinician.dismisses(clinician.cards.first, REASON[1], "Only for three days.")

    assert clinician.cards.count() == 0
    assert "Dismissed" in clinician.page.locator("article.dismissed").inner_text()
    (event,) = stored_card(uuid, apps, store).feedback
    assert (event.outcome, event.reason_code, event.comment) == ("overridden", REASON[0], "Only for three days.")


def test_what_was_dismissed_does_not_stop_the_signing_but_a_new_warning_does(clinician: Clinician) -> None:
    clinician.opens("henry-voss")
    clinician.orders("metformin 1000 bid")
    clinician.dismisses(clinician.cards.first, REASON[1], "")
    clinician.orders("ibuprofen 600 mg tid")
    clinician.signs()
    assert clinician.page.locator(".hold").is_visible()
    assert len(clinician.drafts) == 2
    clinician.dismisses(clinician.cards.first, REASON[1], "")
    clinician.signs()
    assert clinician.drafts == []
    assert clinician.page.locator(".notice").inner_text() == "Signed: 2 orders."


def test_an_order_is_completed_from_the_folded_offers_and_not_offered_again(clinician: Clinician) -> None:
    clinician.opens("priya-raman")
    clinician.orders("amoxicillin 500 mg tid x 7 days")
    assert clinician.cards.count() == 0
    clinician.page.get_by_text("Complete the order: ").click()
    clinician.accepts("Structure the order")
    assert clinician.drafts == ["amoxicillin 500 mg tid x 7 days, take 500 mg 3 times daily for 7 days"]
    assert clinician.page.get_by_role("button", name="Structure the order").count() == 0
