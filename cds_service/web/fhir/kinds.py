"""The resource types of `/fhir`: what each may be searched by, and how the store is asked for it.

Every type but AuditEvent is made of a card. A page ends with the place of the last card or row that was looked at, so a
page of Provenances may hold none, or several of one card.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cds_service.governance.audit_events import audit_event
from cds_service.governance.resources import (
    Place,
    detected_issue,
    guidance_response,
    provenances,
    request_group,
)
from cds_service.governance.resources.detected_issue import NOT_ISSUES
from cds_service.store import AuditQuery, AuditRow, CardQuery, StoredCard
from cds_service.web.fhir.searching import Search

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

Resource = dict[str, Any]
Position = list[Any]  # JSON: where a page ended


@dataclass(frozen=True, slots=True)
class Page:
    """`patients` are those of the resources, one for each; `end` is None when there is nothing more."""

    resources: list[Resource]
    patients: list[str | None]
    end: Position | None


@dataclass(frozen=True, slots=True)
class Kind:
    """`params` maps search parameters to their FHIR types; `find` gives one page of at most so many records."""

    name: str
    params: Mapping[str, str]
    find: Callable[[Rooms, str, Search, int, Position | None], Page]


def kinds(rooms: Rooms) -> dict[str, Kind]:
    label = rooms.settings.ai_label
    place = Place(rooms.settings.public_url, label=None if label == "off" else label)
    of_card = {"_id": "token", "identifier": "token", "patient": "reference"}
    whole = {**of_card, "subject": "reference", "_lastUpdated": "date"}
    issue = {**of_card, "identified": "date", "code": "token", "_lastUpdated": "date"}
    made = (
        Kind("DetectedIssue", issue, _cards(lambda card: [detected_issue(card, place)], _issues)),
        Kind("GuidanceResponse", whole, _cards(lambda card: [guidance_response(card, place)], _any_card)),
        Kind("RequestGroup", {**whole, "authored": "date"}, _cards(lambda card: [request_group(card, place)], _groups)),
        Kind(
            "Provenance",
            {"_id": "token", "patient": "reference", "target": "reference"},
            _cards(lambda card: provenances(card, place), _provenances),
        ),
        Kind("AuditEvent", {"_id": "token", "patient": "reference", "date": "date", "subtype": "token"}, _audit),
    )
    return {kind.name: kind for kind in made}


def _any_card(search: Search) -> CardQuery:
    ids = search.ids("_id", "identifier")
    at = search.span("_lastUpdated").within(search.span("authored")).within(search.span("identified"))
    return CardQuery(patient=search.reference("patient", "subject"), ids=ids, at=at)


def _issues(search: Search) -> CardQuery:
    without_change = replace(_any_card(search), at=search.span("identified"))
    topics = search.tokens("code", "urn:countersign:card-topic")
    return replace(
        without_change, changed=search.span("_lastUpdated"), topics=topics, ruled=True, without_topics=NOT_ISSUES
    )


def _groups(search: Search) -> CardQuery:
    return replace(_any_card(search), offering=True)


def _provenances(search: Search) -> CardQuery:
    query = _any_card(search)
    of_cards = None if query.ids is None else {one.partition(".")[0] for one in query.ids}
    target = search.target("target")
    if target is not None:
        of_cards = {target} if of_cards is None else of_cards & {target}
    return replace(query, ids=of_cards)


def _cards(
    made_of: Callable[[StoredCard], Iterable[Resource]], asked: Callable[[Search], CardQuery]
) -> Callable[[Rooms, str, Search, int, Position | None], Page]:
    def find(rooms: Rooms, tenant: str, search: Search, limit: int, after: Position | None) -> Page:
        place = (datetime.fromisoformat(after[0]), str(after[1])) if after else None
        found = rooms.store.served.cards(tenant, asked(search), limit + 1, place)
        page, more = found[:limit], len(found) > limit
        ids = search.ids("_id")
        made = [(one, card.patient) for card in page for one in made_of(card) if ids is None or one["id"] in ids]
        end = [page[-1].at.isoformat(), page[-1].uuid] if more else None
        return Page([one for one, _ in made], [patient for _, patient in made], end)

    return find


def _audit(rooms: Rooms, tenant: str, search: Search, limit: int, after: Position | None) -> Page:
    query = AuditQuery(
        patient=search.reference("patient"),
        ids=search.ids("_id"),
        at=search.span("date"),
        actions=search.tokens("subtype", "urn:countersign:action"),
    )
    found: list[AuditRow] = rooms.store.served.audit(tenant, query, limit + 1, int(after[0]) if after else None)
    page, more = found[:limit], len(found) > limit
    resources = [audit_event(row, rooms.settings.public_url) for row in page]
    return Page(resources, [row.event.patient for row in page], [page[-1].seq] if more else None)
