"""Reading FHIR within one hook call: one deadline for everything, bounded bytes, no redirect, no second server.

What was not read is a `NotRead` with its reason in words of ours, so that "not permitted" is never taken for "none".
The token goes into the header of a request and nowhere else.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx

from cds_service.fhir.answers import LATE, Document, NotRead, Resource, refused, resource, unpacked
from cds_service.fhir.base import FhirBase
from cds_service.fhir.breaker import Breaker
from cds_service.fhir.queries import for_the_record
from cds_service.outbound import AddressRefused

RETRY_PAUSE = (0.02, 0.08)  # seconds, drawn at random between these before the one retry
# At their chattier levels these two write URLs and headers, which hold patients and tokens.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


Once = Callable[[], Resource | NotRead]


@dataclass(frozen=True, slots=True)
class ReadReport:
    """One request that was made or refused here, for audit and figures: no id, no URL. `query` only of a search."""

    resource_type: str
    interaction: str
    outcome: str
    status: int | None
    count: int
    seconds: float
    query: str | None = None


class FhirClient:
    """Reads from one base with one token until one deadline; safe to share between the threads of one hook call."""

    def __init__(
        self,
        base: FhirBase,
        http: httpx.Client,
        breaker: Breaker,
        remaining: Callable[[], float],
        report: Callable[[ReadReport], None],
    ) -> None:
        self.base = base
        self._http = http
        self._breaker = breaker
        self._remaining = remaining
        self._report = report

    def read(self, resource_type: str, resource_id: str) -> Resource | NotRead:
        """One resource by its id; anything but a resource of this type counts as not read."""
        return self._get(f"{self.base.url}/{resource_type}/{resource_id}", resource_type, "read", resource_type)

    def search(self, resource_type: str, url: str) -> Resource | NotRead:
        """A page of a search: a Bundle. `url` is absolute and under the base."""
        return self._get(url, resource_type, "search", "Bundle")

    def document(self, url: str) -> Document | NotRead:
        """What stands behind an attachment's URL, as a Binary or as it is. `url` is absolute and under the base."""
        found: list[Document] = []

        def once() -> Resource | NotRead:
            with self._http.stream("GET", url, headers={"Accept": "application/fhir+json, text/*;q=0.9"}) as response:
                if response.status_code != 200:
                    return refused(response.status_code)
                body = unpacked(response.headers.get("Content-Encoding", "identity"), response.iter_raw())
                kind = response.headers.get("Content-Type", "")
                owner = response.headers.get("X-Security-Context", "")
            if isinstance(body, NotRead):
                return body
            found.append(Document(kind, body, owner))
            return {}

        got = self._get(url, "Binary", "read", "Binary", once)
        return got if isinstance(got, NotRead) else found[0]

    def _get(
        self, url: str, resource_type: str, interaction: str, expected: str, once: Once | None = None
    ) -> Resource | NotRead:
        started = time.monotonic()
        got = self._guarded(once or (lambda: self._once(url, expected)))
        failed = isinstance(got, NotRead)
        count = 0 if isinstance(got, NotRead) else len(got["entry"]) if isinstance(got.get("entry"), list) else 1
        status = got.status if isinstance(got, NotRead) else 200
        took = time.monotonic() - started
        outcome = "failed" if failed else "done"
        asked = for_the_record(resource_type, parse_qsl(urlsplit(url).query)) if interaction == "search" else None
        self._report(ReadReport(resource_type, interaction, outcome, status, count, took, asked))
        return got

    def _guarded(self, once: Once) -> Resource | NotRead:
        if self._remaining() <= 0:
            return NotRead(LATE)
        if not self._breaker.lets_through():
            return NotRead("the server failed repeatedly and is left alone for a while")
        try:
            got = self._tried(once)
        except AddressRefused:
            return NotRead("the server's address may not be called")
        if isinstance(got, NotRead) and got.server_fault:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        return got

    def _tried(self, once: Once) -> Resource | NotRead:
        """At most two tries, the second only when no connection came about."""
        for last in (False, True):
            try:
                return once()
            except httpx.TimeoutException:
                return NotRead(LATE, server_fault=True)
            except httpx.ConnectError:
                pause = random.uniform(*RETRY_PAUSE)  # noqa: S311  jitter, no secret
                if last or self._remaining() <= pause:
                    break
                time.sleep(pause)
            except (httpx.HTTPError, httpx.InvalidURL):
                return NotRead("the connection broke off", server_fault=True)
        return NotRead("the server could not be reached", server_fault=True)

    def _once(self, url: str, expected: str) -> Resource | NotRead:
        with self._http.stream("GET", url) as response:
            status = response.status_code
            if status != 200:
                return refused(status)
            body = unpacked(response.headers.get("Content-Encoding", "identity"), response.iter_raw())
        if isinstance(body, NotRead):
            return body
        return resource(body, expected)


def http_client(transport: httpx.BaseTransport, token: str | None) -> httpx.Client:
    """No proxy and no netrc from the environment, no redirect, no cookie, only FHIR JSON."""
    headers = {
        "Accept": "application/fhir+json",
        "Accept-Encoding": "gzip",
        "User-Agent": "countersign",
        **({"Authorization": f"Bearer {token}"} if token else {}),
    }
    return httpx.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        headers=headers,
        timeout=None,  # noqa: S113  the transport keeps one deadline for all; httpx's limits are per read
    )
