"""The kinds of members that a hook's context is made of. Each reads its value and has a JSON Schema.

Ids come in two forms that must not be mixed up: bare ids (`patientId`, `encounterId`) and typed references (`userId`,
`selections`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cds_service.errors import InvalidRequest

Resource = Mapping[str, Any]
Brought = tuple[str, Resource]  # where it stands (`context.draftOrders.entry[0].resource`), and the resource
Schema = dict[str, Any]

BARE_ID = r"[A-Za-z0-9\-.]{1,64}"
TYPED_ID = r"([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})"
_BARE_ID = re.compile(rf"{BARE_ID}\Z")
_TYPED_ID = re.compile(rf"{TYPED_ID}\Z")


class Member(Protocol):
    """One member of a context."""

    @property
    def name(self) -> str: ...

    def read(self, context: Mapping[str, Any]) -> Any:
        """Its value, None when it is optional and not there; InvalidRequest otherwise."""

    def brought(self, context: Mapping[str, Any]) -> Sequence[Brought]:
        """The resources in it. Called after `read`."""

    def schemas(self) -> Mapping[str, Schema]:
        """The JSON Schema of each name that it may stand under; any of them satisfies it."""

    @property
    def required(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Plain:
    """What members without resources share."""

    name: str
    required: bool = True

    def brought(self, context: Mapping[str, Any]) -> Sequence[Brought]:  # noqa: ARG002
        return ()


@dataclass(frozen=True, slots=True)
class BareId(Plain):
    """A FHIR id without a type: `p1`, not `Patient/p1`."""

    def read(self, context: Mapping[str, Any]) -> str | None:
        value = context.get(self.name)
        if value is None and not self.required:
            return None
        if not isinstance(value, str) or not _BARE_ID.match(value):
            raise InvalidRequest(f"{self.name} must be a bare FHIR id", f"context.{self.name}")
        return value

    def schemas(self) -> Mapping[str, Schema]:
        return {self.name: {"type": "string", "pattern": f"^{BARE_ID}$"}}


@dataclass(frozen=True, slots=True)
class TypedId(Plain):
    """A reference `Type/id`; `types` empty: of any type."""

    types: frozenset[str] = frozenset()

    def read(self, context: Mapping[str, Any]) -> str | None:
        value = context.get(self.name)
        if value is None and not self.required:
            return None
        match = _TYPED_ID.match(value) if isinstance(value, str) else None
        if match is None or (self.types and match[1] not in self.types):
            wanted = f"one of {', '.join(sorted(self.types))} as Type/id" if self.types else "a reference Type/id"
            raise InvalidRequest(f"{self.name} must be {wanted}", f"context.{self.name}")
        return match[0]

    def schemas(self) -> Mapping[str, Schema]:
        kinds = "|".join(sorted(self.types)) if self.types else "[A-Z][A-Za-z]+"
        return {self.name: {"type": "string", "pattern": f"^({kinds})/{BARE_ID}$"}}


@dataclass(frozen=True, slots=True)
class TypedIds(Plain):
    """A list of references `Type/id` of any type."""

    def read(self, context: Mapping[str, Any]) -> tuple[str, ...]:
        values = context.get(self.name)
        if not isinstance(values, list) or not all(isinstance(one, str) and _TYPED_ID.match(one) for one in values):
            raise InvalidRequest(f"{self.name} must be an array of Type/id", f"context.{self.name}")
        return tuple(values)

    def schemas(self) -> Mapping[str, Schema]:
        return {self.name: {"type": "array", "items": {"type": "string", "pattern": f"^[A-Z][A-Za-z]+/{BARE_ID}$"}}}


@dataclass(frozen=True, slots=True)
class BundleOf:
    """A Bundle of resources. Each needs a resourceType, and an id of its own where advice has to name it (`ids`)."""

    name: str
    required: bool = True
    ids: bool = True

    def read(self, context: Mapping[str, Any]) -> tuple[Resource, ...]:
        if context.get(self.name) is None and not self.required:
            return ()
        found = tuple(resource for _, resource in self.brought(context))
        named = [reference_of(resource) for resource in found if "id" in resource]
        if len(set(named)) < len(named):
            raise InvalidRequest("two entries have the same type and id", f"context.{self.name}.entry")
        return found

    def brought(self, context: Mapping[str, Any]) -> Sequence[Brought]:
        if context.get(self.name) is None and not self.required:
            return ()
        where = f"context.{self.name}"
        bundle = context.get(self.name)
        if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
            raise InvalidRequest(f"{self.name} must be a Bundle", where)
        entries = bundle.get("entry", [])
        if not isinstance(entries, list):
            raise InvalidRequest("entry must be an array", f"{where}.entry")
        return [self._entry(entry, f"{where}.entry[{n}].resource") for n, entry in enumerate(entries)]

    def _entry(self, entry: object, where: str) -> Brought:
        resource = resource_at(entry.get("resource") if isinstance(entry, dict) else None, where)
        if (self.ids or "id" in resource) and not is_bare_id(resource.get("id")):
            raise InvalidRequest("an entry in the context needs an id", f"{where}.id")
        return where, resource

    def schemas(self) -> Mapping[str, Schema]:
        needed = ["resourceType", "id"] if self.ids else ["resourceType"]
        identity = {"type": "string", "pattern": f"^{BARE_ID}$"}
        resource = {
            "type": "object",
            "required": needed,
            "properties": {"resourceType": {"type": "string"}, "id": identity},
        }
        entry = {"type": "object", "required": ["resource"], "properties": {"resource": resource}}
        bundle: Schema = {
            "type": "object",
            "required": ["resourceType"],
            "properties": {"resourceType": {"const": "Bundle"}, "entry": {"type": "array", "items": entry}},
        }
        return {self.name: bundle}


def resource_at(value: object, where: str) -> Resource:
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        raise InvalidRequest("a resource with resourceType is expected", where)
    return value


def is_bare_id(value: object) -> bool:
    return isinstance(value, str) and _BARE_ID.match(value) is not None


def is_typed_id(value: object, types: frozenset[str] = frozenset()) -> bool:
    match = _TYPED_ID.match(value) if isinstance(value, str) else None
    return match is not None and (not types or match[1] in types)


def reference_of(resource: Resource) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


CLINICIANS = frozenset({"Practitioner", "PractitionerRole"})
ANYBODY = CLINICIANS | {"Patient", "RelatedPerson"}
CLINICIAN = TypedId("userId", types=CLINICIANS)
READER = TypedId("userId", types=ANYBODY)
PATIENT = BareId("patientId")
ENCOUNTER = BareId("encounterId", required=False)
DRAFTS = BundleOf("draftOrders")
