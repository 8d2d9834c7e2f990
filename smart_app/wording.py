"""Small readers of stored JSON and the words of dates, so that no page breaks on a member that is not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape


def text(row: Mapping[str, Any], name: str) -> str:
    """The member as text; empty when absent, null or not text."""
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def optional(value: object) -> str:
    """Text or a number as text; empty for anything else."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def members(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def items(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = row.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def link(value: object) -> str | None:
    """An http(s) URL that may stand in href, else None: stored text never becomes a script."""
    if not isinstance(value, str):
        return None
    parts = urlsplit(value)
    return value if parts.scheme in ("http", "https") and parts.hostname else None


def day(value: object) -> str:
    """ISO date -> "12 Mar 2026"; another text as it stands; empty for nothing."""
    if not isinstance(value, str):
        return ""
    try:
        return _day(date.fromisoformat(value[:10]))
    except ValueError:
        return value


def instant(value: object) -> str:
    """ISO instant -> "23 Nov 2026, 10:40 UTC"; another text as it stands; empty for nothing."""
    if not isinstance(value, str):
        return ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return day(value)
    moment = moment.astimezone(UTC)
    return f"{_day(moment.date())}, {moment:%H:%M} UTC"


_SAID_OTHERWISE = {
    "qt-prolongation": "QT prolongation",
    "lab-gated": "Laboratory limits",
    "drug-disease": "Drug and disease",
}


def topic_words(code: str) -> str:
    """The code of a topic, or the id of a check, as its name: `renal-dosing` -> "Renal dosing"."""
    return _SAID_OTHERWISE.get(code, code.replace("-", " ").capitalize())


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"


def with_code(words: str) -> Markup:
    """Plain words in which `this` is code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(words))))  # noqa: S704  escaped just here
