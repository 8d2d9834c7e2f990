"""Suggestions and their actions: what a click would do to the orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from tests.conformance.exchange import TYPED_ID, UUID, Exchange, clause, obj, parts, said, target

# What a revised order may leave behind: everything that says which drug and how much of it.
MAY_CHANGE = frozenset(
    {
        "medicationReference",
        "medicationCodeableConcept",
        "dosageInstruction",
        "dispenseRequest",
        "substitution",
        "contained",
        "text",
    }
)


@clause("F12")
def suggestions_come_with_a_selection_behaviour(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        if "suggestions" in card and card.get("selectionBehavior") not in ("at-most-one", "any"):
            yield f"{where}.selectionBehavior: at-most-one or any"


@clause("F13")
def at_most_one_suggestion_is_recommended(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        recommended = [one for _, one in parts(card, "suggestions", where) if one.get("isRecommended")]
        if card.get("selectionBehavior") == "at-most-one" and len(recommended) > 1:
            yield f"{where}.suggestions: {len(recommended)} are recommended, of which one may be chosen"


@clause("F14")
def a_suggestion_has_label_and_uuid(exchange: Exchange) -> Iterator[str]:
    for where, suggestion in exchange.suggestions:
        if not said(suggestion, "label").strip():
            yield f"{where}.label: mandatory"
        if not UUID.match(said(suggestion, "uuid")):
            yield f"{where}.uuid: a bare lower-case UUID"


@clause("F15")
def the_actions_of_a_suggestion_can_be_done_together(exchange: Exchange) -> Iterator[str]:
    for where, suggestion in exchange.suggestions:
        touched = Counter(_touched(action) for _, action in parts(suggestion, "actions", where))
        if not touched:
            yield f"{where}.actions: a click would do nothing"
        yield from (f"{where}.actions: {one} is touched {times} times" for one, times in touched.items() if times > 1)


@clause("F16")
def no_action_selection_behaviour(exchange: Exchange) -> Iterator[str]:
    wrong = (where for where, suggestion in exchange.suggestions if "actionSelectionBehavior" in suggestion)
    yield from (f"{where}.actionSelectionBehavior: this client is not known to support it" for where in wrong)


@clause("F17")
def an_action_has_type_and_description(exchange: Exchange) -> Iterator[str]:
    for where, action in exchange.actions:
        if action.get("type") not in ("create", "update", "delete"):
            yield f"{where}.type: create, update or delete"
        if not said(action, "description").strip():
            yield f"{where}.description: mandatory"


@clause("F18")
def create_and_update_carry_whole_valid_resources(exchange: Exchange) -> Iterator[str]:
    for where, action in exchange.actions:
        if action.get("type") not in ("create", "update"):
            continue
        resource = action.get("resource")
        if not isinstance(resource, dict) or not TYPED_ID.match(target(resource)):
            yield f"{where}.resource: a whole resource with type and id"
            continue
        yield from (f"{where}.resource: {one}" for one in sorted(faults(resource) - _sent_faults(exchange, resource)))


@clause("F19")
def delete_carries_a_relative_id_and_no_resource(exchange: Exchange) -> Iterator[str]:
    for where, action in exchange.actions:
        if action.get("type") == "delete" and not TYPED_ID.match(said(action, "resourceId")):
            yield f"{where}.resourceId: Type/id"
        if action.get("type") == "delete" and "resource" in action:
            yield f"{where}.resource: deprecated for delete"


def _is_companion(card: dict[str, Any]) -> bool:
    topic = card.get("source", {}).get("topic")
    return isinstance(topic, dict) and str(topic.get("code")).startswith(("companion-order", "companionorder"))


@clause("F20")
def only_submitted_drafts_are_changed_or_removed(exchange: Exchange) -> Iterator[str]:
    beside = {where for where, card in exchange.cards if _is_companion(card)}  # a drug beside the draft is their point
    for where, suggestion in exchange.suggestions:
        actions = parts(suggestion, "actions", where)
        removed = [one for _, one in actions if one.get("type") == "delete"]
        for at, action in actions:
            kind, touched = action.get("type"), _touched(action)
            if kind in ("update", "delete") and touched not in exchange.drafts:
                yield f"{at}: {touched} is not among the draft orders"
            if kind == "create" and touched in exchange.drafts:
                yield f"{at}: {touched} is a draft already"
            added = kind == "create" and touched.startswith("MedicationRequest/") and not removed
            if added and where.partition(".")[0] not in beside:
                yield f"{at}: another drug beside the draft; a replacement removes it"


@clause("F21")
def an_update_keeps_what_it_does_not_speak_of(exchange: Exchange) -> Iterator[str]:
    for where, action in exchange.actions:
        resource = obj(action, "resource")
        draft = exchange.drafts.get(target(resource), {}) if action.get("type") == "update" else {}
        kept = {name: value for name, value in _filled(draft).items() if name.lstrip("_") not in MAY_CHANGE}
        lost = [name for name, value in kept.items() if resource.get(name) != value]
        yield from (f"{where}.resource.{name}: the draft has it otherwise" for name in lost)


def faults(resource: Mapping[str, Any]) -> frozenset[str]:
    """What fhir.resources (R4B, whose order resources are those of R4) finds wrong, as `place: reason`."""
    kind = said(resource, "resourceType")
    try:
        _model(kind).model_validate(resource)
    except ModuleNotFoundError:
        return frozenset({f"resourceType: {kind} is no resource type"})
    except ValidationError as error:
        return frozenset(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return frozenset()


@cache
def _model(kind: str) -> Any:
    return getattr(import_module(f"fhir.resources.R4B.{kind.lower() or 'none'}"), kind)


def _sent_faults(exchange: Exchange, resource: Mapping[str, Any]) -> frozenset[str]:
    """Faults that the client's own draft came with: an order made from it has these too."""
    kind = said(resource, "resourceType")
    sent = [draft for name, draft in exchange.drafts.items() if name.split("/")[0] == kind]
    return frozenset().union(*(faults(version) for draft in sent for version in (draft, _filled(draft))))


def _touched(action: Mapping[str, Any]) -> str:
    return said(action, "resourceId") or target(obj(dict(action), "resource"))


def _filled(value: Any) -> Any:
    """A draft without the nulls and empties that it came with and that may not be sent back (A3)."""
    if isinstance(value, dict):
        return {name: kept for name, item in value.items() if (kept := _filled(item)) not in (None, "", [], {})}
    if isinstance(value, list):
        return [kept for item in value if (kept := _filled(item)) not in (None, "", [], {})]
    return value
