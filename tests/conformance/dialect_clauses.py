"""What the client's EHR is documented to take: anything beyond it would be dropped, or make it drop the card."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.conformance.exchange import Exchange, clause, obj, parts, said
from tests.conformance.response_clauses import TOPICS

_ALPHANUMERIC = re.compile(r"[A-Za-z0-9]{1,100}\Z")
_EPIC_ACTIONS = {
    "create": ("MedicationRequest", "ServiceRequest", "Condition"),
    "delete": ("MedicationRequest", "ServiceRequest"),
}
_EPIC_SYSTEMS = ("urn:com.epic.cdshooks.action.code.system.", "urn:oid:2.16.840.1.113883.6.")


@clause("design-2.3-dialect")
def the_answer_is_one_that_the_clients_ehr_takes(exchange: Exchange) -> Iterator[str]:
    if exchange.dialect == "epic":
        yield from _epic(exchange)
    if exchange.dialect == "oracle":
        yield from _oracle(exchange)


def _epic(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        if card.get("selectionBehavior", "any") != "any":
            yield f"{where}.selectionBehavior: any alone is taken"
        code = said(obj(obj(card, "source"), "topic"), "code")
        concern = said(obj(obj(card, "extension"), "org.countersign.concern"), "id")
        known = {topic.replace("-", "") + concern for topic in TOPICS}
        if not _ALPHANUMERIC.match(code) or code not in known:
            yield f"{where}.source.topic.code: letters and digits, one for each concern"
    for where, suggestion in exchange.suggestions:
        if len(parts(suggestion, "actions", where)) != 1:
            yield f"{where}.actions: exactly one is taken"
    for where, action in exchange.actions:
        kind = (said(action, "resourceId") or said(obj(action, "resource"), "resourceType")).partition("/")[0]
        if kind not in _EPIC_ACTIONS.get(said(action, "type"), ()):
            yield f"{where}: {action.get('type')} of {kind} is not taken"
        if action.get("type") == "create" and not all(system.startswith(_EPIC_SYSTEMS) for system in _systems(action)):
            yield f"{where}.resource: a code that is not the EHR's own"


def _systems(action: dict[str, object]) -> Iterator[str]:
    resource = obj(action, "resource")
    for member in ("medicationCodeableConcept", "code"):
        yield from (said(coding, "system") for _, coding in parts(obj(resource, member), "coding", ""))


def _oracle(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        if "suggestions" in card or "selectionBehavior" in card:
            yield f"{where}.suggestions: not documented to be taken"
    for where, link in exchange.links:
        if "appContext" in link:
            yield f"{where}.appContext: not handed on"
