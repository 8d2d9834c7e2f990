"""One answered hook call as the clauses look at it, and the list of clauses.

A clause is a generator over an Exchange that yields what is wrong and where; it must not trip over any JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Part = tuple[str, dict[str, Any]]  # where it stands, and the object
Clause = Callable[["Exchange"], Iterator[str]]

CLAUSES: dict[str, Clause] = {}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
TYPED_ID = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}\Z")
ABSOLUTE = re.compile(r"https?://[^\s/?#]+\S*\Z")


def clause(clause_id: str) -> Callable[[Clause], Clause]:
    """Put a clause on the list under the id that it has in the checklist (or in the design, as `design-...`)."""

    def add(check: Clause) -> Clause:
        if clause_id in CLAUSES:
            raise ValueError(f"clause {clause_id} is checked twice")
        CLAUSES[clause_id] = check
        return check

    return add


@dataclass(frozen=True)
class Exchange:
    """`request` is the body of the hook call, `response` the body of its 200."""

    request: Mapping[str, Any]
    response: Any
    dialect: str = "standard"

    @property
    def cards(self) -> list[Part]:
        return parts(self.response, "cards", "")

    @property
    def suggestions(self) -> list[Part]:
        return [one for where, card in self.cards for one in parts(card, "suggestions", where)]

    @property
    def actions(self) -> list[Part]:
        return [one for where, suggestion in self.suggestions for one in parts(suggestion, "actions", where)]

    @property
    def links(self) -> list[Part]:
        return [one for where, card in self.cards for one in parts(card, "links", where)]

    @property
    def drafts(self) -> dict[str, dict[str, Any]]:
        """The submitted orders by Type/id."""
        context = self.request.get("context", {})
        bundle = context.get("draftOrders", context.get("medications", {}))  # medication-refill has its own name for it
        entries = parts(bundle, "entry", "")
        resources = [entry.get("resource", {}) for _, entry in entries]
        return {target(resource): resource for resource in resources}


def parts(parent: object, member: str, where: str) -> list[Part]:
    """The objects in the array `member` of `parent`; nothing when there is no such array."""
    listed = parent.get(member) if isinstance(parent, dict) else None
    prefix = f"{where}.{member}" if where else member
    return (
        [(f"{prefix}[{n}]", one) for n, one in enumerate(listed) if isinstance(one, dict)]
        if isinstance(listed, list)
        else []
    )


def said(parent: Mapping[str, Any], member: str) -> str:
    """A member as text; empty when it is missing or no text."""
    value = parent.get(member)
    return value if isinstance(value, str) else ""


def obj(parent: Mapping[str, Any], member: str) -> dict[str, Any]:
    value = parent.get(member)
    return value if isinstance(value, dict) else {}


def target(resource: Mapping[str, Any]) -> str:
    return f"{said(resource, 'resourceType')}/{said(resource, 'id')}"


def words_of(value: object, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value, with its place."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from words_of(member, f"{where}.{name}" if where else name)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from words_of(item, f"{where}[{number}]")
