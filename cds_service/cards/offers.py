"""What a card offers as a click in the client's EHR, and what it can only say in words.

A dialect that takes one action for each suggestion gets what can stand alone (two laboratory orders) as suggestions of
their own; what only makes sense as a whole (one drug out, another in) becomes words, as half of it would do harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from cds_service.cards.dialects import Dialect
from cds_service.cards.orderables import Orderables
from cds_service.cards.suggestions import actions_of
from cds_service.cards.text import escaped, plain
from cds_service.findings import Proposal

Resource = dict[str, Any]
_ADDITIONS = frozenset({"monitor", "add", "record", "request"})
_OF_NO_ORDER = ("record", "request")
_CHECK = {
    "MedicationRequest": "**Check the dose after accepting:** this EHR fills in details of its own.",
    "ServiceRequest": "**Check the date after accepting:** this EHR fills in details of its own.",
}


@dataclass(frozen=True)
class Client:
    """Whose EHR it is: how it speaks, and its own codes."""

    tenant: str
    dialect: Dialect
    orderables: Orderables


@dataclass(frozen=True)
class Offer:
    """`words` are Markdown blocks for the detail; `selection` is the card's selectionBehavior."""

    suggestions: tuple[Resource, ...] = ()
    words: tuple[str, ...] = ()
    selection: str = "at-most-one"


def offered(
    proposals: Sequence[Proposal],
    drafts: Mapping[str, Mapping[str, Any]],
    client: Client,
    now: datetime,
    name: Callable[..., str],
) -> Offer:
    """`name(*parts)` gives ids that stay the same for the same card."""
    made: list[Resource] = []
    by_hand: list[str] = []
    for number, proposal in enumerate(proposals):
        draft = {} if proposal.intent in _OF_NO_ORDER else drafts.get(proposal.target.reference)
        if draft is None:
            by_hand.append(proposal.label)
            continue
        uuid = name("suggestion", str(number))
        groups = _alone(actions_of(proposal, draft, now, partial(name, uuid)), client.dialect)
        for part, actions in enumerate(groups):
            label = proposal.label if len(groups) == 1 else actions[0]["description"]
            carried = _carried(actions, client)
            if carried is None:
                by_hand.append(label)
            else:
                own = uuid if part == 0 else name("suggestion", uuid, str(part))
                made.append(_suggestion(label, own, carried, proposal.recommended))
    # What is only added may be taken one and all; of changes to an order one alone.
    additions = all(proposal.intent in _ADDITIONS for proposal in proposals)
    selection = "any" if additions else client.dialect.selection
    return Offer(tuple(made), tuple(_words(by_hand, made, client.dialect)), selection)


def _alone(actions: list[Resource], dialect: Dialect) -> list[list[Resource]]:
    """The actions as the suggestions that they can be."""
    separable = all(action["type"] == "create" for action in actions)
    if dialect.most_actions is None or len(actions) <= dialect.most_actions or not separable:
        return [actions]
    return [[action] for action in actions]


def _carried(actions: list[Resource], client: Client) -> list[Resource] | None:
    """The actions in the EHR's own codes; None when it cannot take them."""
    dialect = client.dialect
    too_many = dialect.most_actions is not None and len(actions) > dialect.most_actions
    if too_many or not all(map(dialect.applies, actions)):
        return None
    coded = [_in_own_codes(action, client) for action in actions]
    whole = [action for action in coded if action is not None]
    return whole if len(whole) == len(coded) else None


def _in_own_codes(action: Resource, client: Client) -> Resource | None:
    if client.dialect.codes is None or action["type"] != "create":
        return action
    resource = action["resource"]
    member = "medicationCodeableConcept" if "medicationCodeableConcept" in resource else "code"
    concept = resource.get(member, {})
    for coding in concept.get("coding", ()):
        own = client.orderables.coding(client.tenant, coding["system"], coding["code"], concept.get("text", ""))
        if own and own["system"] in client.dialect.codes:
            return {**action, "resource": {**resource, member: {**concept, "coding": [own]}}}
    return None


def _suggestion(label: str, uuid: str, actions: list[Resource], recommended: bool) -> Resource:
    made: Resource = {"label": plain(label, 120), "uuid": uuid, "actions": actions}
    return {**made, "isRecommended": True} if recommended else made


def _words(by_hand: Iterable[str], made: Iterable[Resource], dialect: Dialect) -> Iterable[str]:
    left = [f"- {escaped(one, 120)}" for one in dict.fromkeys(by_hand)]
    if left:
        yield "\n".join(["**To be done by hand in this EHR:**", *left])
    if not dialect.whole_resources:
        created = {a["resource"]["resourceType"] for one in made for a in one["actions"] if a["type"] == "create"}
        yield from (words for kind, words in _CHECK.items() if kind in created)
