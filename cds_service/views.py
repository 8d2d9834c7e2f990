"""Views: services that speak of a part of another one, so that a site pilots one topic at a time.

Read from `views.yaml`, ours and the site's. What is not usable stops the start with its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from cds_service.checks import CHECKS
from cds_service.errors import KnowledgeError
from cds_service.findings import DISPLAYS
from cds_service.settings import Settings

FILE = "views.yaml"
SHOWN = tuple(display for display in DISPLAYS if display != "off")  # most severe first
_ID = re.compile(r"[a-z][a-z0-9-]{2,62}\Z")
_MEMBERS = frozenset({"service", "topics", "hooks", "minimum", "title", "description"})
_NEEDED = frozenset({"service", "topics", "title", "description"})


@dataclass(frozen=True, slots=True)
class View:
    """`service` is the base; `hooks` empty: all of the base's; `minimum`: the least display that is sent."""

    id: str
    service: str
    topics: tuple[str, ...]
    title: str
    description: str
    hooks: tuple[str, ...] = ()
    minimum: str = "info"


def views_of(settings: Settings) -> dict[str, View]:
    """Ours and the site's, by id. KnowledgeError names the file and the view that is not usable."""
    views = parse_views((files("cds_service") / FILE).read_text("utf-8"), FILE)
    site = settings.knowledge_dir / FILE if settings.knowledge_dir else None
    if site is None or not site.exists():
        return views
    return {**views, **parse_views(site.read_text("utf-8-sig"), f"site/{FILE}")}


def parse_views(text: str, place: str) -> dict[str, View]:
    try:
        listed = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{place}: {error}") from None
    if not isinstance(listed, dict):
        raise KnowledgeError(f"{place}: it is no list of ids with their views")
    return {str(name): _view(str(name), members, f"{place}: {name}") for name, members in listed.items()}


def _view(name: str, members: Any, place: str) -> View:
    if not isinstance(members, dict) or not _NEEDED <= members.keys() <= _MEMBERS:
        raise KnowledgeError(f"{place}: a view has {', '.join(sorted(_NEEDED))}, and may have hooks and minimum")
    base = [check for check in CHECKS.values() if check.service == members["service"]]
    known = {"topics": {check.topic for check in base}, "hooks": {hook for check in base for hook in check.hooks}}
    if not _ID.match(name) or not base or name in {check.service for check in CHECKS.values()}:
        raise KnowledgeError(f"{place}: the id must be new, in small letters, and its service one of ours")
    lists = {member: _words(members.get(member, []), known[member], f"{place}: {member}") for member in known}
    minimum = members.get("minimum", "info")
    if not lists["topics"] or minimum not in SHOWN:
        raise KnowledgeError(f"{place}: topics are needed, and minimum is one of {', '.join(SHOWN)}")
    title, description = (" ".join(str(members[member]).split()) for member in ("title", "description"))
    return View(name, members["service"], lists["topics"], title, description, lists["hooks"], minimum)


def _words(value: object, known: set[str], place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not set(map(str, value)) <= known:
        raise KnowledgeError(f"{place}: a list of {', '.join(sorted(known))}")
    return tuple(map(str, value))
