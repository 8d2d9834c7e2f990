"""A checker of AuditEvents against IHE's Basic Audit Log Patterns, written from the profiles as published.

Source: ihe.iti.balp 1.1.3 and 1.1.4, StructureDefinitions IHE.BasicAudit.{Read,Query,Create,Update,Delete} and their
Patient profiles (profiles.ihe.net/ITI/BALP), opened through a stored copy. Elements that are only must-support, the
access-token profiles (they need a token that names its user) and the disclosure profiles are not checked. What is no
RESTful interaction (a hook call, a command) has no profile there: only the frame that all of them share is asked of it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
REST = "http://hl7.org/fhir/restful-interaction"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
ROLES = "http://terminology.hl7.org/CodeSystem/object-role"
KINDS = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
SOURCE, DESTINATION = "110153", "110152"
# Interaction of the subtype: the profile, its action, and the role of the client (the server has the other one).
PROFILES: Mapping[str, tuple[str, str, str]] = {
    "read": ("Read", "R", DESTINATION),
    "vread": ("Read", "R", DESTINATION),
    "search": ("Query", "E", SOURCE),
    "search-type": ("Query", "E", SOURCE),
    "search-system": ("Query", "E", SOURCE),
    "create": ("Create", "C", SOURCE),
    "update": ("Update", "U", SOURCE),
    "patch": ("Update", "U", SOURCE),
    "delete": ("Delete", "D", SOURCE),
}
OBJECT_ROLES = {"3", "4", "20"}  # Report, Domain Resource, Job
Event = Mapping[str, Any]


def profile_of(event: Event) -> str:
    """The name of the profile that an event has to meet; "" when there is none for its interaction."""
    found = [PROFILES[code][0] for code in _codes(event) if code in PROFILES]
    name = found[0] if found else ""
    return f"Patient{name}" if name and _of_kind(event, "1") else name


def violations(event: Event, client: str | None = None) -> list[str]:
    """What does not hold, each as element and rule. `client`: who must be the client's agent, where a test knows it."""
    broken = [*_frame(event)]
    name = profile_of(event)
    if not name:
        return broken
    codes = [code for code in _codes(event) if code in PROFILES]
    _, action, role = PROFILES[codes[0]]
    rules: list[tuple[str, bool]] = [
        ("subtype: one interaction", len(codes) == 1),
        (f"action: {action}", event.get("action") == action),
        ("outcome: 0 when it succeeded", event.get("outcome") == "0" or event.get("outcomeDesc") in FAILED),
        ("agent: client and server", sorted(_agents(event)) == [DESTINATION, SOURCE]),
    ]
    if client is not None:
        named = [agent["who"]["identifier"]["value"] for agent in event["agent"] if _role(agent) == role]
        rules.append((f"agent: the client is the one with role {role}", named == [client]))
    broken += [rule for rule, holds in rules if not holds]
    broken += _query(event) if name.endswith("Query") else _data(event)
    return broken + (_patient(event) if name.startswith("Patient") else [])


FAILED = {"refused", "failed"}


def _frame(event: Event) -> Iterator[str]:
    rules: list[tuple[str, Callable[[], bool]]] = [
        ("type: rest", lambda: (event["type"]["system"], event["type"]["code"]) == (TYPES, "rest")),
        ("subtype: one of the interactions at least", lambda: len(_codes(event)) >= 1),
        ("recorded: an instant with its zone", lambda: event["recorded"][-6] in "+-" or event["recorded"][-1] == "Z"),
        ("agent: two at least", lambda: len(event["agent"]) >= 2),
        ("agent.who: named", lambda: all(agent["who"] for agent in event["agent"])),
        ("agent.network: where", lambda: all(agent["network"]["address"] for agent in event["agent"])),
        (
            "agent.network.type: 1 to 5",
            lambda: all(agent["network"]["type"] in set("12345") for agent in event["agent"]),
        ),
        ("agent.media: none", lambda: not any("media" in agent for agent in event["agent"])),
        ("source.observer: named", lambda: bool(event["source"]["observer"])),
        ("entity: one at least", lambda: len(event["entity"]) >= 1),
        ("entity X-Request-Id: its value", lambda: all(one["what"]["identifier"]["value"] for one in _requests(event))),
    ]
    for rule, holds in rules:
        try:
            if not holds():
                yield rule
        except (KeyError, IndexError, TypeError):
            yield rule


def _query(event: Event) -> list[str]:
    found = _of_kind(event, "2")
    if len(found) != 1:
        return ["entity query: exactly one"]
    (one,) = found
    rules = [
        ("entity query.role: 24", _is(one.get("role"), ROLES, "24")),
        ("entity query.query: base64", _is_base64(one.get("query"))),
        *((f"entity query.{name}: none", name not in one) for name in ("what", "lifecycle", "detail")),
    ]
    return [rule for rule, holds in rules if not holds]


def _data(event: Event) -> list[str]:
    found = _of_kind(event, "2")
    if len(found) != 1:
        return ["entity data: exactly one"]
    (one,) = found
    role = one.get("role", {})
    rules = [
        ("entity data.role: 3, 4 or 20", role.get("system") == ROLES and role.get("code") in OBJECT_ROLES),
        ("entity data.what: there", bool(one.get("what"))),
    ]
    return [rule for rule, holds in rules if not holds]


def _patient(event: Event) -> list[str]:
    found = _of_kind(event, "1")
    if len(found) != 1:
        return ["entity patient: exactly one"]
    (one,) = found
    what = one.get("what", {})
    rules = [
        ("entity patient.role: 1", _is(one.get("role"), ROLES, "1")),
        (
            "entity patient.what: a Patient",
            "Patient" in (what.get("type"), *what.get("reference", "").split("/")[-2:-1]),
        ),
    ]
    return [rule for rule, holds in rules if not holds]


def _codes(event: Event) -> list[str]:
    return [one["code"] for one in event.get("subtype", ()) if one.get("system") == REST]


def _agents(event: Event) -> list[str]:
    return [role for agent in event["agent"] if (role := _role(agent)) in (SOURCE, DESTINATION)]


def _role(agent: Event) -> str:
    return next((one["code"] for one in agent.get("type", {}).get("coding", ()) if one.get("system") == DICOM), "")


def _of_kind(event: Event, code: str) -> list[Event]:
    return [one for one in event.get("entity", ()) if _is(one.get("type"), KINDS, code)]


def _requests(event: Event) -> list[Event]:
    return [one for one in event["entity"] if one.get("type", {}).get("code") == "XrequestId"]


def _is(coding: Any, system: str, code: str) -> bool:
    return isinstance(coding, dict) and (coding.get("system"), coding.get("code")) == (system, code)


def _is_base64(value: Any) -> bool:
    try:
        return bool(base64.b64decode(value, validate=True))
    except (TypeError, ValueError, binascii.Error):
        return False
