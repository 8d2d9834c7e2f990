"""The suggestions of a card as RequestGroup: proposals that a person may take, each with its actions as one whole.

An action of R4 points to its resource, so what would be created or changed is contained; what would be taken away is
the EHR's own. A contained resource may hold none itself: what the EHR had put into its draft moves out beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cds_service.governance.r4 import coding
from cds_service.governance.resources.place import Place, Resource, texts, without_none
from cds_service.store import StoredCard

ACTION_TYPES = "http://terminology.hl7.org/CodeSystem/action-type"
_TYPES = {"create": ("create", "Create"), "update": ("update", "Update"), "delete": ("remove", "Remove")}
_NOT_CONTAINED = ("versionId", "lastUpdated", "security")  # dom-4 and dom-5
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9.\-]")


def has_suggestions(card: StoredCard) -> bool:
    return bool(card.body.get("suggestions"))


def request_group(card: StoredCard, place: Place) -> Resource:
    """The card must have suggestions."""
    contained: list[Resource] = []
    offered = [_suggestion(card, one, number, contained, place) for number, one in enumerate(_suggestions(card))]
    chosen = {
        "title": card.body.get("summary"),
        "selectionBehavior": card.body.get("selectionBehavior", "any"),
        "action": offered,
    }
    return without_none(
        {
            **place.named(card, "RequestGroup"),
            **place.labelled(card, card.at),
            "contained": contained,
            "status": "active",
            "intent": "proposal",
            "subject": place.theirs(card, "Patient", card.patient),
            "encounter": place.theirs(card, "Encounter", card.encounter),
            "authoredOn": card.at.isoformat(),
            "reasonCode": [reason] if (reason := texts(card.body.get("summary"))) else None,
            "action": [without_none(chosen)],
        }
    )


def _suggestions(card: StoredCard) -> list[Mapping[str, Any]]:
    return list(card.body.get("suggestions", ()))


def _suggestion(
    card: StoredCard, one: Mapping[str, Any], number: int, contained: list[Resource], place: Place
) -> Resource:
    leaves = []
    for at, action in enumerate(one.get("actions", ())):
        code, display = _TYPES[action["type"]]
        kind = {"coding": [coding(ACTION_TYPES, code, display)]}
        resource = _target(card, action, f"s{number}a{at}", contained, place)
        leaves.append({"title": action.get("description"), "type": kind, "resource": resource})
    label = {"title": one.get("label"), "priority": "urgent" if one.get("isRecommended") else None}
    return without_none({**label, "selectionBehavior": "all", "action": [without_none(leaf) for leaf in leaves]})


def _target(
    card: StoredCard, action: Mapping[str, Any], name: str, contained: list[Resource], place: Place
) -> dict[str, str] | None:
    if action["type"] == "delete":
        return place.theirs(card, "", action.get("resourceId"))
    contained += _lifted(action["resource"], name)
    return {"reference": f"#{name}"}


def _lifted(resource: Mapping[str, Any], name: str) -> Iterator[Resource]:
    """The resource as contained under `name`, after whatever stood in it."""
    inner = [one for one in resource.get("contained", ()) if isinstance(one, Mapping)]
    names = {f"#{one.get('id')}": f"#{name}-{_NOT_IN_AN_ID.sub('', str(one.get('id')))}" for one in inner}
    for one in inner:
        yield {**_renamed(_bare(one), names), "id": names[f"#{one.get('id')}"][1:]}
    yield {**_renamed(_bare(resource), names), "id": name}


def _bare(resource: Mapping[str, Any]) -> Resource:
    meta = {name: value for name, value in resource.get("meta", {}).items() if name not in _NOT_CONTAINED}
    rest = {name: value for name, value in resource.items() if name not in {"contained", "meta"}}
    return {**rest, "meta": meta} if meta else rest


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """References within, under their new names."""
    if isinstance(value, dict):
        return {
            key: names.get(item, item) if key == "reference" and isinstance(item, str) else _renamed(item, names)
            for key, item in value.items()
        }
    return [_renamed(item, names) for item in value] if isinstance(value, list) else value
