"""A browser as far as the app's tests need one: cookies, redirects, forms, and the headers that browsers add."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urljoin

import requests

HANG_S = 60  # nobody answers any more; the app's own deadlines are seconds


class Browser:
    """One browser profile. `visited` lists every address it was sent to, redirects included."""

    def __init__(self, app_url: str) -> None:
        self.app_url = app_url
        self.session = requests.Session()
        self.session.trust_env = False
        self.visited: list[str] = []

    def get(self, path: str, follow: bool = True, **headers: str) -> requests.Response:
        return self._send("GET", urljoin(self.app_url, path), follow, headers=headers)

    def launch(self, query: str) -> requests.Response:
        """The whole walk: /launch, the EHR, /callback, the page."""
        return self.get(f"/launch?{query}")

    def post(self, path: str, form: dict[str, str], **headers: str | None) -> requests.Response:
        """A form post from a page of the app; a header given as None is left out."""
        sent = {
            "Origin": "null",
            "Sec-Fetch-Site": "same-origin",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        return self._send("POST", self.app_url + path, follow=True, data=form, headers=sent)

    def _send(self, method: str, url: str, follow: bool, **sent: Any) -> requests.Response:
        self.visited.append(url)
        response = self.session.request(method, url, allow_redirects=False, timeout=HANG_S, **sent)
        for cookie in self.session.cookies:
            cookie.secure = False  # browsers take loopback over http as secure enough; Python's cookie jar does not
        if follow and response.is_redirect:
            return self._send("GET", urljoin(url, response.headers["Location"]), follow)
        return response

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self.session.cookies}


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the first form on a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.partition("</form>")[0])
    return {name: html.unescape(value) for name, value in found}


def words(page: str) -> str:
    """What a reader sees of the page, in one line."""
    body = re.sub(r"(?s)<head>.*?</head>", " ", page)
    text = re.sub(r"<[^>]+>", " ", body)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()
