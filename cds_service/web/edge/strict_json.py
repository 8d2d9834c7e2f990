"""Reading JSON that must mean the same to everybody who reads it.

orjson already refuses what the RFC refuses: a byte order mark, UTF-16, bad UTF-8, lone surrogates, NaN, numbers beyond
a double, trailing commas. What it lets pass and we do not: a member named twice (two readers would see two orders),
nesting that no FHIR resource needs, and a top level that is no object.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from cds_service.errors import InvalidRequest

MAX_DEPTH = 64
_MEMBER, _BLANKS = b'":', b" \t\r\n"
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}\Z")


def parse_object(raw: bytes) -> dict[str, Any]:
    """One JSON object in UTF-8; InvalidRequest says what is wrong and where, and never quotes a value."""
    if not raw.strip():
        raise InvalidRequest("the body is empty; a JSON object is expected")
    try:
        tree = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"not JSON in UTF-8: {error.msg} (line {error.lineno}, column {error.colno})") from None
    if not isinstance(tree, dict):
        raise InvalidRequest("the top level must be a JSON object")
    _refuse_deep(tree)
    if not _same_members(raw, tree):
        json.loads(raw, object_pairs_hook=_refuse_repeats)
    return tree


def _refuse_deep(tree: dict[str, Any]) -> None:
    """Refuses a tree deeper than MAX_DEPTH, level by level, without recursion."""
    level: list[Any] = [tree]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if node.__class__ is dict else node)
            if child.__class__ is dict or child.__class__ is list
        ]
        if not level:
            return
    raise InvalidRequest(f"nested deeper than {MAX_DEPTH} levels")


def _same_members(raw: bytes, tree: dict[str, Any]) -> bool:
    """True when no name can have stood twice; False asks for the slower reading, which knows.

    Each member leaves a quote and a colon behind, in what was sent without its blanks and in the same tree written
    again, and so does text that holds such a pair. A member that was dropped leaves fewer. Only a quote sent as an
    escape (`\\u0022`) could make up for it, so a body with such escapes is not judged here.
    """
    if b"\\u" in raw:
        return False
    return raw.translate(None, _BLANKS).count(_MEMBER) == orjson.dumps(tree).count(_MEMBER)


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            # A name is the caller's text: it is repeated only when it looks like a name of the standard.
            shown = name if _PLAIN_NAME.match(name) else "(an unusual name)"
            raise InvalidRequest("a member stands twice in one object", shown)
        seen.add(name)
