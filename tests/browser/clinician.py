"""A clinician at the sandbox EHR, in a real browser: what she types and presses, and what she then sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, FrameLocator, Locator, Page, Request, sync_playwright

from tests.browser.three_apps import Addresses

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--test-third-party-cookie-phaseout",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
THIS_MACHINE = {"localhost", "127.0.0.1"}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which can reach this machine only and blocks third-party cookies."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Clinician:
    """`complaints` are the errors of the console and of scripts, `strayed` the requests that left the machine."""

    page: Page
    addresses: Addresses
    complaints: list[str] = field(default_factory=list)
    strayed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.context.on("request", self._note_request)
        self.page.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page.on("console", lambda line: line.type == "error" and self.complaints.append(line.text))

    def opens(self, patient: str) -> None:
        """Everything back to the stories as they are, then this patient's chart."""
        self.page.goto(self.addresses.ehr)
        self.page.get_by_role("button", name="Reset sandbox").click()
        self.page.goto(f"{self.addresses.ehr}/patients/{patient}")

    def orders(self, text: str) -> None:
        """Type an order and wait for the advice about it."""
        self.page.get_by_label("New order").fill(text)
        with self._new_desk():
            self.page.get_by_role("button", name="Add order").click()

    def goes_home(self) -> None:
        """The patient of the open chart is discharged."""
        with self._new_desk():
            self.page.get_by_role("button", name="Discharge", exact=True).click()

    def accepts(self, label: str) -> None:
        with self._new_desk():
            self.page.get_by_role("button", name=label, exact=False).first.click()

    def dismisses(self, card: Locator, reason: str, comment: str) -> None:
        card.get_by_text("Dismiss", exact=True).click()
        card.get_by_label("Reason").select_option(reason)
        card.get_by_label("Comment").fill(comment)
        with self._new_desk():
            card.get_by_role("button", name="Dismiss advice").click()

    def signs(self) -> None:
        with self._new_desk():
            self.page.locator("form.sign button").click()

    def asks_for_evidence(self, card: Locator) -> FrameLocator:
        """The SMART app in its frame beside the chart."""
        card.get_by_role("button", name="Show evidence").click()
        return self.page.frame_locator("#app-frame")

    def opens_evidence_alone(self, card: Locator) -> None:
        """The same launch, but into the whole window: to look at all of the page, at any width."""
        card.locator("form.launch").evaluate("form => form.removeAttribute('target')")
        card.get_by_role("button", name="Show evidence").click()
        self.page.wait_for_url(f"{self.addresses.app}/**")

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    @property
    def cards(self) -> Locator:
        """The advice that stands open before her; offers to complete the order are folded away."""
        return self.page.locator("article.card:not(.dismissed):not(.offers article):not(.opening article)")

    @property
    def offers(self) -> Locator:
        return self.page.locator(".offers article.card:not(.dismissed)")

    @property
    def opened(self) -> Locator:
        """What came when the chart was opened."""
        return self.page.locator(".opening article.card:not(.dismissed)")

    @property
    def drafts(self) -> list[str]:
        return self.page.locator(".draft-text").all_inner_texts()

    @property
    def milliseconds(self) -> int:
        """How long the page says that the last answer took."""
        return int(self.page.locator("[data-milliseconds]").first.get_attribute("data-milliseconds") or "")

    @contextmanager
    def _new_desk(self) -> Iterator[None]:
        """Every step puts a new desk in the place of the old one."""
        old = self.page.locator("#desk").element_handle()
        yield
        self.page.wait_for_function("old => !old.isConnected", arg=old)

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "about", "blob"} and parts.hostname not in THIS_MACHINE:
            self.strayed.append(request.url)
