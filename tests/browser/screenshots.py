"""Pictures of every page of the sandbox EHR and the app, wide and narrow, for people to look at: `make screenshots`."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from fixtures.ehr.asking import CLINICIAN
from tests.browser.clinician import Clinician, chromium
from tests.browser.history import write_history
from tests.browser.three_apps import Addresses, three_apps

WIDTHS = (1280, 400)


@dataclass(frozen=True)
class Album:
    folder: Path
    browser: Browser
    addresses: Addresses

    def clinician(self) -> Clinician:
        """In a browser of her own, so that no view of an earlier picture is open."""
        return Clinician(self.browser.new_context().new_page(), self.addresses)

    def take(self, clinician: Clinician, name: str) -> None:
        """The whole page at each width; a page that is wider than its window is said on stdout."""
        for width in WIDTHS:
            clinician.page.set_viewport_size({"width": width, "height": 900})
            clinician.page.wait_for_load_state("networkidle")
            clinician.page.evaluate("scrollTo(0, 0)")  # what sticks to the top of the window belongs to the top here
            clinician.page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True)
            if clinician.overflow:
                print(f"{name} at {width} px runs out of its window by {clinician.overflow} px")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    run_dir = tempfile.TemporaryDirectory(prefix="countersign-")
    with run_dir as place, three_apps(Path(place)) as running, chromium() as browser:
        ehr = f"{running.addresses.ehr}/fhir"
        album = Album(folder, browser, running.addresses)
        _readme(album)  # as a new user sees it, without history and roles
        write_history(running.settings, ehr, f"{ehr}/{CLINICIAN}")
        for pictures in (_patients, _orders, _evidence, _discharge, _choices, _roles, _frame, _messages):
            pictures(album)
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


def _readme(album: Album) -> None:
    """The two pictures of the README, as they lie in fixtures/screenshots."""
    clinician = album.clinician()
    clinician.page.set_viewport_size({"width": 760, "height": 900})
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 3 days for cystitis")
    clinician.cards.first.screenshot(path=album.folder / "readme-card.png")
    clinician.opens("tomasz-zielinski")
    clinician.orders("gabapentin 600 mg tid")
    clinician.page.set_viewport_size({"width": 900, "height": 600})
    clinician.opens_evidence_alone(clinician.cards.first)
    clinician.page.wait_for_load_state("networkidle")
    clinician.page.screenshot(path=album.folder / "readme-evidence.png")


def _patients(album: Album) -> None:
    clinician = album.clinician()
    clinician.page.goto(album.addresses.ehr)
    album.take(clinician, "ehr-patients")
    clinician.opens("ruth-alder")
    album.take(clinician, "ehr-chart")
    clinician.opens("nora-quist")
    album.take(clinician, "ehr-opened")
    clinician.page.goto(f"{album.addresses.ehr}/patients/nobody")
    album.take(clinician, "ehr-not-found")


def _orders(album: Album) -> None:
    clinician = album.clinician()
    for name, patient, order in (
        ("warning", "ruth-alder", "bactrim ds bid x 10d"),
        ("critical", "daniel-okafor", "amox 500 tid"),
        ("misspelt", "henry-voss", "metforminn 500"),
        ("not-recognised", "henry-voss", "florbinex 20 mg daily"),
        ("silent", "robert-nyman", "acetaminophen 500 mg q6h prn"),
        ("no-labs", "grace-lindqvist", "metformin 500 bid"),
    ):
        clinician.opens(patient)
        clinician.orders(order)
        album.take(clinician, f"ehr-advice-{name}")
    clinician.page.get_by_text("Not assessed: ").click()
    album.take(clinician, "ehr-not-assessed-open")


def _choices(album: Album) -> None:
    clinician = album.clinician()
    clinician.opens("henry-voss")
    clinician.orders("metformin 1000 bid")
    clinician.cards.first.get_by_text("Dismiss", exact=True).click()
    album.take(clinician, "ehr-dismissing")
    clinician.orders("ibuprofen 600 mg tid")
    clinician.signs()
    album.take(clinician, "ehr-second-look")
    reason = "Recipient assessment of risk/benefit ratio"
    clinician.dismisses(clinician.cards.first, reason, "Discussed with nephrology.")
    album.take(clinician, "ehr-dismissed")
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    clinician.accepts("Order INR")
    album.take(clinician, "ehr-accepted")


def _evidence(album: Album) -> None:
    """The app on a page of its own: in the frame only a part of it is in sight."""
    for name, patient, order in (
        ("warning", "ruth-alder", "bactrim ds bid x 10d"),
        ("misspelt", "henry-voss", "metforminn 500"),
        ("computed", "tomasz-zielinski", "gabapentin 600 mg tid"),
        ("not-recognised", "henry-voss", "florbinex 20 mg daily"),
    ):
        clinician = album.clinician()
        clinician.opens(patient)
        clinician.orders(order)
        clinician.opens_evidence_alone(clinician.cards.first)
        album.take(clinician, f"app-evidence-{name}")
    clinician.page.get_by_role("link", name="This patient").click()
    album.take(clinician, "app-patient")
    clinician.page.get_by_role("link", name="Timeline").click()
    album.take(clinician, "app-timeline")
    clinician.page.get_by_role("link", name="Ask the evidence").click()
    clinician.page.get_by_label("Question").fill("Which antibiotics raise the INR of a patient on warfarin?")
    clinician.page.get_by_role("button", name="Search").click()
    album.take(clinician, "app-ask")
    clinician.page.get_by_role("link", name="Calculators").click()
    album.take(clinician, "app-calculators")
    clinician.page.get_by_role("link", name="Models and rules").click()
    album.take(clinician, "app-catalogue")
    clinician.page.get_by_role("link", name="Renal dosing").click()
    album.take(clinician, "app-check")
    clinician.page.get_by_role("link", name="Evidence for this card").click()
    clinician.page.get_by_text("Add a reason").click()
    clinician.page.get_by_label("Comment").fill("It is a new drug of the trial.")
    clinician.page.get_by_role("button", name="Not useful").click()
    album.take(clinician, "app-answered")
    clinician.page.get_by_role("button", name="Close").click()
    album.take(clinician, "app-closed")


def _discharge(album: Album) -> None:
    clinician = album.clinician()
    clinician.opens("iris-vance")
    clinician.goes_home()
    album.take(clinician, "ehr-discharge")
    card = clinician.cards.filter(has_text="Discharge medicines").first
    clinician.opens_evidence_alone(card)
    album.take(clinician, "app-discharge")
    clinician.page.get_by_role("link", name="Page for the patient").click()
    album.take(clinician, "app-handout")
    clinician.page.emulate_media(media="print")
    clinician.page.pdf(path=album.folder / "app-handout.pdf", format="Letter")


def _roles(album: Album) -> None:
    clinician = album.clinician()
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    clinician.opens_evidence_alone(clinician.cards.first)
    clinician.page.get_by_text("Add a reason").click()
    clinician.page.get_by_label("Comment").fill("The label says two weeks now.")
    clinician.page.get_by_role("button", name="Wrong").click()
    for name in ("Feedback queue", "Quality"):
        clinician.page.get_by_role("link", name=name).click()
        album.take(clinician, f"app-{name.lower().replace(' ', '-')}")
    clinician.page.emulate_media(color_scheme="dark")
    album.take(clinician, "app-quality-dark")
    clinician.page.get_by_role("link", name="Evidence for this card").click()
    album.take(clinician, "app-evidence-dark")


def _frame(album: Album) -> None:
    clinician = album.clinician()
    clinician.opens("ruth-alder")
    clinician.orders("bactrim ds bid x 10d")
    clinician.asks_for_evidence(clinician.cards.first).get_by_role("heading", level=1).wait_for()
    album.take(clinician, "ehr-with-app")


def _messages(album: Album) -> None:
    clinician = album.clinician()
    for name, path in (("door", ""), ("refused", "/launch?iss=https://elsewhere.example&launch=x"), ("nothing", "/no")):
        clinician.page.goto(album.addresses.app + path)
        album.take(clinician, f"app-{name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
