"""A clinician types an order the way a person does, and sees the right card, or none."""

from __future__ import annotations

import pytest

from cds_service.store import Store
from fixtures.ehr.settings import PATIENTS
from fixtures.ehr.stories import Trial, load_stories
from tests.browser.clinician import Clinician
from tests.browser.records import stored
from tests.browser.three_apps import ThreeApps

TRIALS = [(one.patient, trial) for one in load_stories(PATIENTS) for trial in one.trials if trial.do == "order"]
SUMMARIES = {
    "bactrim ds bid x 10d": "bactrim ds bid x 10d: sulfamethoxazole with warfarin: raises INR and bleeding risk",
    "amox 500 tid": "amox 500 tid: amoxicillin, recorded allergy to Penicillin:",
    "advil 600": "advil 600: ibuprofen with naproxen: two NSAIDs",
    "metformin 1000 bid": "metformin 1000 bid: metformin with eGFR 24 mL/min/1.73 m2 as reported:",
    "metforminn 500": "metforminn 500: metformin with eGFR 24 mL/min/1.73 m2 as reported:",
}
WORDS = {"critical": "Critical", "warning": "Warning", "info": "Information"}


@pytest.mark.parametrize(("patient", "trial"), TRIALS, ids=lambda value: getattr(value, "type", value))
def test_each_story_shows_the_cards_that_it_tells_of(
    clinician: Clinician, apps: ThreeApps, store: Store, figures: list[str], patient: str, trial: Trial
) -> None:
    clinician.opens(patient)
    clinician.orders(trial.type)

    shown = [
        f"{card.get_attribute('class').removeprefix('card ')} {stored(card, apps, store).topic}"
        for card in clinician.cards.all()
    ]
    assert shown == list(trial.expect)
    assert clinician.cards.locator(".indicator").all_inner_texts() == [WORDS[one.split()[0]] for one in shown]
    assert clinician.page.locator(".service:has(.card):has(.no-advice)").count() == 0
    figures.append(f"{clinician.milliseconds:>5} ms  order-select  {trial.type}")


@pytest.mark.parametrize(("order", "summary"), SUMMARIES.items(), ids=SUMMARIES)
def test_the_summary_says_the_order_and_the_concern(clinician: Clinician, order: str, summary: str) -> None:
    clinician.opens(next(patient for patient, trial in TRIALS if trial.type == order))
    clinician.orders(order)
    assert clinician.cards.get_by_role("heading").first.inner_text().startswith(summary)


@pytest.mark.parametrize(
    ("patient", "order", "reason"),
    [
        ("grace-lindqvist", "metformin 500 bid", "no eGFR or creatinine on record"),
        ("ivan-petrov", "metformin 1000 bid", "older than 180 days"),
    ],
)
def test_silence_says_what_was_not_looked_at(clinician: Clinician, patient: str, order: str, reason: str) -> None:
    clinician.opens(patient)
    clinician.orders(order)
    clinician.page.get_by_text("Not assessed: ").click()
    assert clinician.page.locator(".not-assessed li", has_text=reason).is_visible()


def test_a_drug_that_nobody_knows_is_said_to_be_unknown(clinician: Clinician) -> None:
    clinician.opens("priya-raman")
    clinician.orders("florbinex 20 mg daily")
    assert clinician.cards.count() == 1
    assert "not recognised" in clinician.cards.get_by_role("heading").inner_text()
    assert "This does not mean that there is no concern" in clinician.cards.inner_text()


@pytest.mark.parametrize("width", [1280, 400])
def test_nothing_runs_out_of_the_window(clinician: Clinician, width: int) -> None:
    clinician.page.set_viewport_size({"width": width, "height": 800})
    clinician.page.goto(clinician.addresses.ehr)
    assert clinician.overflow == 0
    clinician.opens("henry-voss")
    clinician.orders("metforminn 500")
    clinician.cards.first.get_by_text("Dismiss", exact=True).click()
    assert clinician.overflow == 0
