"""allergyintolerance-create 0.1.0: an allergy is being entered. Three forms are in use, and all of them are read.

A bare AllergyIntolerance, one wrapped as `{"resource": ...}`, and a Bundle under that name or `allergyIntolerances`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.hooks.contract import Context, entered, hook, people
from cds_service.hooks.members import ENCOUNTER, PATIENT, Brought, BundleOf, Schema, TypedId, resource_at

KIND = "AllergyIntolerance"
_BUNDLE = BundleOf("allergyIntolerances", ids=False)
_SINGULAR = BundleOf("allergyIntolerance", ids=False)


@dataclass(frozen=True, slots=True)
class Allergies:
    name: str = "allergyIntolerance"
    required: bool = True

    def read(self, context: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        found = self.brought(context)
        for where, resource in found:
            if resource["resourceType"] != KIND:
                raise InvalidRequest(f"an {KIND} is expected", where)
        return tuple(resource for _, resource in found)

    def brought(self, context: Mapping[str, Any]) -> Sequence[Brought]:
        if self.name not in context and _BUNDLE.name in context:
            return _BUNDLE.brought(context)
        given, where = context.get(self.name), f"context.{self.name}"
        if isinstance(given, dict) and given.get("resourceType") == "Bundle":
            return _SINGULAR.brought(context)
        if isinstance(given, dict) and "resourceType" not in given and "resource" in given:
            given, where = given["resource"], f"{where}.resource"
        return [(where, resource_at(given, where))]

    def schemas(self) -> Mapping[str, Schema]:
        bare = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": {"const": KIND}}}
        wrapped = {"type": "object", "required": ["resource"], "properties": {"resource": bare}}
        several = _SINGULAR.schemas()[_SINGULAR.name]
        return {self.name: {"anyOf": [bare, wrapped, several]}, **_BUNDLE.schemas()}


USER = TypedId("userId", types=frozenset({"Practitioner"}))


@hook("allergyintolerance-create", "0.1.0", USER, PATIENT, ENCOUNTER, Allergies())
def allergyintolerance_create(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """An allergy or intolerance is being entered."""
    return Context(**people(read), entries=entered(read[Allergies().name]), brought=brought)
