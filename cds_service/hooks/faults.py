"""Every fault of a captured request, not only the first: what `check` prints to whoever has to mend it.

The service itself stops at the first fault (`parse_request`), which is authority here too: its words stand where both
name the same place, and a request without a fault by schema still has to pass it. The schema is the published one, so
that what is printed and what is published agree.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.hooks.contract import HOOKS, Hook
from cds_service.hooks.members import Schema
from cds_service.hooks.ownership import OwnPatient, require_own
from cds_service.hooks.request import parse_request
from cds_service.hooks.schema import request_schema

_TYPES: Mapping[str, type] = {"object": dict, "array": list, "string": str, "null": type(None)}


@dataclass(frozen=True, slots=True)
class Fault:
    """`where` is a JSON path from the body down, such as `context.draftOrders.entry[0].resource.id`; empty: the body
    itself.
    """

    where: str
    said: str


def faults_of(body: object, service_hooks: Collection[str]) -> list[Fault]:
    """Every fault of a request to a service that answers `service_hooks`, in the order of the body's parts."""
    if not isinstance(body, dict):
        return [Fault("", "the body must be a JSON object")]
    name = body.get("hook")
    hook = HOOKS.get(name) if isinstance(name, str) else None
    found: dict[str, Fault] = {}
    if hook is not None:
        found = {fault.where: fault for fault in schema_faults(body, request_schema(hook), "")}
        found |= {fault.where: fault for fault in _in_words_of_members(body, hook, found)}
    if not found:
        found = {fault.where: fault for fault in _by_parsing(body, service_hooks)}
    elif name not in service_hooks:
        found["hook"] = Fault("hook", f"this service answers {', '.join(sorted(service_hooks))}")
    return list(found.values())


def schema_faults(value: object, schema: Schema, where: str) -> Iterator[Fault]:
    """What a value has against the part of JSON Schema that our schemas are written in."""
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    if kinds and not any(isinstance(value, _TYPES[kind]) for kind in kinds):
        yield Fault(where, f"must be {'an' if kinds[0][0] in 'ao' else 'a'} {kinds[0]}")
        return
    if "const" in schema and value != schema["const"]:
        yield Fault(where, f"must be {schema['const']}")
    if isinstance(value, str):
        yield from _text_faults(value, schema, where)
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield Fault(where, f"must have at least {schema['minItems']} item")
        for n, item in enumerate(value):
            yield from schema_faults(item, schema.get("items", {}), f"{where}[{n}]")
    elif isinstance(value, dict):
        yield from _object_faults(value, schema, where)
    yield from _combined_faults(value, schema, where)


def _text_faults(value: str, schema: Schema, where: str) -> Iterator[Fault]:
    pattern = schema.get("pattern")
    if len(value) < schema.get("minLength", 0):
        yield Fault(where, "must not be empty")
    if pattern and not re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value):
        yield Fault(where, f"must have the form {pattern}")
    if schema.get("format") == "uuid" and not _is_uuid(value):
        yield Fault(where, "must be a UUID")


def _object_faults(value: Mapping[str, Any], schema: Schema, where: str) -> Iterator[Fault]:
    for name in schema.get("required", ()):
        if name not in value:
            yield Fault(_below(where, name), "is missing")
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from schema_faults(value[name], inner, _below(where, name))


def _combined_faults(value: object, schema: Schema, where: str) -> Iterator[Fault]:
    for inner in schema.get("allOf", ()):
        yield from schema_faults(value, inner, where)
    if "if" in schema and not list(schema_faults(value, schema["if"], where)):
        yield from schema_faults(value, schema["then"], where)
    tried = [list(schema_faults(value, inner, where)) for inner in schema.get("anyOf", ())]
    if tried and all(tried):
        yield from min(tried, key=len)  # the form that was probably meant


def _in_words_of_members(body: Mapping[str, Any], hook: Hook, found: Mapping[str, Fault]) -> Iterator[Fault]:
    """The members' own words for places that the schema found, and what only they can see."""
    context = body.get("context")
    if not isinstance(context, dict):
        return
    for member in hook.members:
        try:
            member.read(context)
            member.brought(context)
        except InvalidRequest as fault:
            names = tuple(f"context.{name}" for name in member.schemas())
            if fault.where in found or not any(place.startswith(names) for place in found):
                yield Fault(fault.where, str(fault))


def _by_parsing(body: Mapping[str, Any], service_hooks: Collection[str]) -> Iterator[Fault]:
    """What no schema can say. Each foreign resource is named."""
    try:
        parse_request(body, service_hooks)
    except InvalidRequest as fault:
        first = Fault(fault.where, str(fault))
        yield from _foreign(body) or [first]


def _foreign(body: Mapping[str, Any]) -> list[Fault]:
    """The resources of other patients; none when the context itself cannot be read."""
    try:
        context = HOOKS[body["hook"]].parse(body["context"])
    except (InvalidRequest, KeyError, TypeError):
        return []
    own = OwnPatient(context.patient_id, body.get("fhirServer"))
    faults = []
    for one in context.brought:
        try:
            require_own((one,), own)
        except InvalidRequest as fault:
            faults.append(Fault(fault.where, str(fault)))
    return faults


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
