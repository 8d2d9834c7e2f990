"""What a client's EHR can take, as data. A dialect is a row here; nothing else asks which EHR is calling.

What is not documented publicly is set to what takes least for granted, and `undocumented` says so: the words are
printed by `clients sheet`, for the analyst who can find out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

TOPICS = "urn:countersign:card-topic"
ANY = frozenset({"*"})
_ICD10CM_OID = "urn:oid:2.16.840.1.113883.6.90"
_NDC_OID = "urn:oid:2.16.840.1.113883.6.69"
_EPIC = "com.epic.cdshooks.request."
_NOT_ALPHANUMERIC = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`actions` maps each action type that is applied to the resource types it is applied to.

    `most_actions`: in one suggestion; None without limit. `selection`: the selectionBehavior of changes.
    `topics`: `ours` as they stand, or `alphanumeric` and one for each concern, where an override silences its topic.
    `codes`: the code systems that a created order must use; None: it takes ours. `whole_resources`: what is accepted
    becomes the order as we sent it; False: the EHR fills in defaults of its own. `app_context`: it hands appContext on.
    `known_empty`: codes of the outcomes that mean "looked, and there is none" beside a total of 0.
    `trigger`: the extension that says which workflow fired, `workflows` the values that are documented.
    """

    id: str
    actions: Mapping[str, frozenset[str]]
    selection: Literal["at-most-one", "any"] = "at-most-one"
    most_actions: int | None = None
    topics: Literal["ours", "alphanumeric"] = "ours"
    codes: frozenset[str] | None = None
    whole_resources: bool = True
    app_context: bool = True
    known_empty: frozenset[str] = frozenset()
    trigger: str | None = None
    workflows: Mapping[str, str] = field(default_factory=dict)
    hooks: tuple[str, ...] = ()  # those its documentation names; empty: no list is known
    undocumented: tuple[str, ...] = ()

    def applies(self, action: Mapping[str, Any]) -> bool:
        """Whether it applies an action of this type to a resource of this type."""
        named = action.get("resourceId") or action["resource"]["resourceType"]
        types = self.actions.get(action["type"], frozenset())
        return "*" in types or named.partition("/")[0] in types

    def topic(self, code: str, concern: str) -> dict[str, str]:
        """The Coding of a card's topic."""
        if self.topics == "ours":
            return {"system": TOPICS, "code": code}
        return {"system": TOPICS, "code": _NOT_ALPHANUMERIC.sub("", code) + concern}

    def workflow(self, extension: Mapping[str, Any]) -> str | None:
        """Which workflow fired, in words of ours; None: not said. A value we do not know is `other`."""
        value = extension.get(self.trigger) if self.trigger else None
        if not isinstance(value, str | int) or isinstance(value, bool):
            return None
        return self.workflows.get(str(value), "other")


DIALECTS: Mapping[str, Dialect] = {
    "standard": Dialect("standard", {"create": ANY, "update": ANY, "delete": ANY}),
    # fhir.epic.com, "CDS Hooks": hooks, actions, selection, topic codes, code systems, trigger extension.
    "epic": Dialect(
        "epic",
        {
            "create": frozenset({"MedicationRequest", "ServiceRequest", "Condition"}),
            "delete": frozenset({"MedicationRequest", "ServiceRequest"}),
        },
        selection="any",
        most_actions=1,
        topics="alphanumeric",
        codes=frozenset(
            {
                "urn:com.epic.cdshooks.action.code.system.preference-list-item",
                "urn:com.epic.cdshooks.action.code.system.orderset-item",
                "urn:com.epic.cdshooks.action.code.system.cms-hcc",
                _ICD10CM_OID,
                _NDC_OID,
            }
        ),
        whole_resources=False,
        known_empty=frozenset({"4101"}),
        trigger=f"{_EPIC}bpa-trigger-action",
        workflows={"60": "chart-opened", "23": "orders-signed"},
        hooks=("patient-view", "order-select", "order-sign"),
        undocumented=(
            "how long Epic waits for an answer",
            "the numbers of the triggers other than opening a chart (60) and signing orders (23)",
            "the life of a client token, which its examples put at 900 s: give --max-lifetime 900 if yours does",
        ),
    ),
    # fhir.cerner.com, "CDS Hooks" (beta, archived in 2024): patient-view alone, cards with text and links.
    "oracle": Dialect(
        "oracle",
        {},
        app_context=False,
        hooks=("patient-view",),
        undocumented=(
            "whether suggestions are shown and applied: none are sent, what they would do stands in the card's words",
            "whether feedback is sent",
            "how an empty search is answered: only a Bundle without outcomes counts as empty",
            "how long it waits for an answer, and the life of a client token",
            "order hooks",
        ),
    ),
}
