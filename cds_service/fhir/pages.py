"""The pages of one search as one Bundle: bounded, each page under the same base, no page twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.fhir.answers import NotRead
from cds_service.fhir.client import FhirClient
from cds_service.fhir.prefetch import next_link
from cds_service.fhir.queries import Query

MAX_PAGES = 10
MAX_ENTRIES = 2000
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pages:
    """`value` is a resource, or the pages as one Bundle that keeps its `next` link when there is more.

    `stopped` says why reading on ended too early, None when it did not.
    """

    value: Resource
    stopped: str | None = None


def read_pages(client: FhirClient, query: Query, given: object) -> Pages | NotRead:
    """Answer `query`. `given` is what the prefetch holds for it: a first page with a usable link is continued."""
    if query.id is not None:
        got = client.read(query.resource_type, query.id)
        return got if isinstance(got, NotRead) else Pages(got)
    first = query.url(client.base.url)
    page, link = _bundle(given), next_link(given)
    if page is None or link is None:
        answer = client.search(query.resource_type, first)
        if isinstance(answer, NotRead):
            return answer
        page = answer
    return _read_on(client, query, page, first)


def _read_on(client: FhirClient, query: Query, page: Resource, seen_at: str) -> Pages:
    entries, seen, stopped = list(_entries(page)), {seen_at}, None
    while (link := next_link(page)) is not None and (query.enough is None or len(entries) < query.enough):
        url = client.base.link(link, seen_at)
        if url is None or url in seen:
            stopped = "its next page does not lie under the server's own address" if url is None else "its pages repeat"
            break
        if len(seen) >= MAX_PAGES or len(entries) >= MAX_ENTRIES:
            stopped = "it has too many pages"
            break
        answer = client.search(query.resource_type, url)
        if isinstance(answer, NotRead):
            stopped = answer.reason
            break
        seen.add(url)
        page, seen_at = answer, url
        entries.extend(_entries(page))
    return Pages({**page, "entry": entries, "link": page.get("link") if next_link(page) else []}, stopped)


def _bundle(value: object) -> Resource | None:
    return value if isinstance(value, dict) and value.get("resourceType") == "Bundle" else None


def _entries(page: Resource) -> list[Any]:
    """Entries that are not a list are kept as one that holds no resource, so that the key counts as failed."""
    entries = page.get("entry", [])
    return entries if isinstance(entries, list) else [entries]
