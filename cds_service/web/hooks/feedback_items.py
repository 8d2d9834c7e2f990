"""The `feedback` array of a body, read into the store's items; InvalidRequest names the element that is wrong.

Reasons come as the standard writes them (`overrideReason: {reason, userComment}`); Epic's documentation also shows
`overrideReasons` and the same members inside `extension`, and both are read. A second reason has no place of its own in
the standard: it is kept as text with the comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.store import FeedbackItem

MAX_ITEMS = 1_000
MAX_COMMENT = 10_000  # characters
MAX_ID = 128
MAX_CODE = 512

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z")


def parse_items(body: Mapping[str, Any]) -> tuple[FeedbackItem, ...]:
    items = body.get("feedback")
    if not isinstance(items, list) or not items:
        raise InvalidRequest("feedback must be an array with at least one item", "feedback")
    if len(items) > MAX_ITEMS:
        raise InvalidRequest(f"at most {MAX_ITEMS} items in one call", "feedback")
    return tuple(_item(item, f"feedback[{n}]") for n, item in enumerate(items))


def _item(item: object, where: str) -> FeedbackItem:
    members = _object(item, where)
    outcome = members.get("outcome")
    if outcome not in ("accepted", "overridden"):  # a tuple: what was sent may not be hashable
        raise InvalidRequest("outcome must be accepted or overridden", f"{where}.outcome")
    suggestions = _accepted(members.get("acceptedSuggestions"), f"{where}.acceptedSuggestions")
    if (outcome == "accepted") != bool(suggestions):
        said = "accepted needs the suggestions that were accepted" if outcome == "accepted" else "overridden has none"
        raise InvalidRequest(said, f"{where}.acceptedSuggestions")
    codings, comments = _reasons(members, where)
    first = codings[0] if codings else {}
    also = [f"also given: {coding.get('system', '')}|{coding['code']}" for coding in codings[1:]]
    return FeedbackItem(
        card=_bare(_text(members, "card", where, MAX_ID, required=True)),
        outcome=outcome,
        suggestions=suggestions,
        reason_system=first.get("system"),
        reason_code=first.get("code"),
        reason_display=first.get("display"),
        comment="\n".join([*comments, *also]) or None,
        at=_instant(members.get("outcomeTimestamp"), f"{where}.outcomeTimestamp"),
    )


def _accepted(value: object, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidRequest("acceptedSuggestions must be an array", where)
    ids = (
        _text(_object(one, f"{where}[{n}]"), "id", f"{where}[{n}]", MAX_ID, required=True)
        for n, one in enumerate(value)
    )
    return tuple(dict.fromkeys(map(_bare, ids)))


def _bare(uuid: str) -> str:
    """As we issued it: clients send ids back in capitals, or as URNs."""
    return uuid.lower().removeprefix("urn:uuid:")


def _reasons(members: Mapping[str, Any], where: str) -> tuple[list[dict[str, str]], list[str]]:
    """Codings and comments of every place that a reason may stand in, in the order read."""
    codings: list[dict[str, str]] = []
    comments: list[str] = []
    for reason, at in _reason_objects(members, where):
        comment = _text(reason, "userComment", at, MAX_COMMENT)
        coding = reason.get("reason", reason if "code" in reason else None)
        if not comment and coding is None:
            raise InvalidRequest("a reason holds `reason`, `userComment` or both", at)
        if comment:
            comments.append(comment)
        if coding is not None:
            codings.append(_coding(coding, f"{at}.reason"))
    return codings, comments


def _reason_objects(members: Mapping[str, Any], where: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    for holder, at in _holders(members, where):
        for name in ("overrideReason", "overrideReasons"):
            value = holder.get(name)
            for n, one in enumerate(value if isinstance(value, list) else [] if value is None else [value]):
                place = f"{at}.{name}[{n}]" if isinstance(value, list) else f"{at}.{name}"
                yield _object(one, place), place


def _holders(members: Mapping[str, Any], where: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The item, its `extension`, and the objects that an extension names."""
    yield members, where
    extension = members.get("extension")
    if isinstance(extension, dict):
        yield extension, f"{where}.extension"
        for value in extension.values():
            if isinstance(value, dict):
                yield value, f"{where}.extension"


def _coding(value: object, where: str) -> dict[str, str]:
    coding = _object(value, where)
    parts = {name: _text(coding, name, where, MAX_CODE) for name in ("system", "code", "display")}
    if not parts["code"]:
        raise InvalidRequest("a reason needs its code", f"{where}.code")
    return {name: text for name, text in parts.items() if text}


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidRequest("an object is expected", where)
    return value


def _text(members: Mapping[str, Any], name: str, where: str, longest: int, *, required: bool = False) -> str:
    value = members.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or (required and not value.strip()):
        raise InvalidRequest(f"{name} must be a text", f"{where}.{name}")
    if len(value) > longest:
        raise InvalidRequest(f"{name} is longer than {longest} characters", f"{where}.{name}")
    return value


def _instant(value: object, where: str) -> datetime:
    if isinstance(value, str) and _RFC3339.match(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise InvalidRequest("outcomeTimestamp must be an RFC 3339 instant with its zone", where)
