"""Reading FHIR within one hook call: one deadline for everything, bounded bytes, no redirect, no second server.

What was not read is a `NotRead` with its reason in words of ours, so that "not permitted" is never taken for "none".
The token goes into the header of a request and nowhere else.
"""

from __future__ import annotations

import logging
import random
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import orjson

from cds_service.fhir.base import FhirBase
from cds_service.fhir.breaker import Breaker
from cds_service.fhir.queries import for_the_record
from cds_service.outbound import AddressRefused

Resource = Mapping[str, Any]
MAX_BYTES = 4 * 1024 * 1024  # of one answer, before and after it is unpacked
RETRY_PAUSE = (0.02, 0.08)  # seconds, drawn at random between these before the one retry
_STATUS = {
    401: "the server did not accept the token",
    403: "not permitted",
    404: "not found on the server",
    410: "deleted on the server",
    429: "the server asks to wait",
}
LATE = "the server did not answer in time"
# At their chattier levels these two write URLs and headers, which hold patients and tokens.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class NotRead:
    """Why there is no resource: words of ours, safe to show. `status` is None when the server gave none."""

    reason: str
    status: int | None = None
    server_fault: bool = False


Once = Callable[[], Resource | NotRead]


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes and what the server says they are; `owner` is its X-Security-Context: a reference, empty when not told."""

    content_type: str
    content: bytes = field(repr=False)
    owner: str = ""


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
                    return _refused(response.status_code)
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
                return _refused(status)
            body = unpacked(response.headers.get("Content-Encoding", "identity"), response.iter_raw())
        if isinstance(body, NotRead):
            return body
        return _resource(body, expected)


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


def unpacked(encoding: str, chunks: Iterable[bytes]) -> bytes | NotRead:
    """The body, its length bounded before and after unpacking: a small answer may unpack to gigabytes."""
    if encoding not in {"identity", "gzip"}:
        return NotRead("the answer is packed in a way that was not asked for", 200)
    unzip = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts, packed, length = [], 0, 0
    try:
        for chunk in chunks:
            packed += len(chunk)
            part = chunk if unzip is None else unzip.decompress(chunk, MAX_BYTES + 1 - length)
            length += len(part)
            if max(packed, length) > MAX_BYTES:
                return NotRead("the answer is too long", 200)
            parts.append(part)
    except zlib.error:
        return NotRead("the answer is not FHIR JSON", 200, server_fault=True)
    if unzip is not None and not unzip.eof:
        return NotRead("the answer was cut short", 200, server_fault=True)
    return b"".join(parts)


def _refused(status: int) -> NotRead:
    if 300 <= status < 400:
        return NotRead("the server redirects, which is not followed", status)
    failed = status >= 500 or status == 429
    said = _STATUS.get(status) or (f"the server failed ({status})" if failed else f"the server answered {status}")
    return NotRead(said, status, server_fault=failed)


def _resource(body: bytes, expected: str) -> Resource | NotRead:
    try:
        value = orjson.loads(body)
    except ValueError:
        return NotRead("the answer is not FHIR JSON", 200, server_fault=True)
    if isinstance(value, dict) and value.get("resourceType") == "OperationOutcome":
        return NotRead("the query failed", 200)
    if not isinstance(value, dict) or value.get("resourceType") != expected:
        return NotRead("the answer is not what was asked for", 200)
    return value
