"""sources.yaml -> what rows may cite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

import yaml

from cds_service.errors import KnowledgeError
from cds_service.knowledge.cells import SITE
from cds_service.knowledge.rows import Source

TABLE = "sources.yaml"
KINDS = ("label", "guideline", "article", "terminology")
_MEMBERS = frozenset(field.name for field in fields(Source)) - {"key"}


def read_sources(tables: Mapping[str, str]) -> dict[str, Source]:
    """Every source by its key; a site's source stands in place of ours of the same key."""
    files = [file for file in (TABLE, SITE + TABLE) if file in tables]
    return {source.key: source for file in files for source in _parsed(file, tables[file])}


def _parsed(file: str, content: str) -> Iterator[Source]:
    loader = yaml.CSafeLoader(content)
    try:
        top = loader.get_single_node()
        if top is None:
            return
        if not isinstance(top, yaml.MappingNode):
            raise KnowledgeError(f"{file}: it is no list of keys with their sources")
        lines: dict[str, int] = {}
        for key_node, node in top.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in lines:
                raise KnowledgeError(f"{file}, line {line}: {key} stands on line {lines[key]} too")
            lines[key] = line
            yield _source(f"{file}, line {line}: {key}", key, loader.construct_document(node))
    except yaml.YAMLError as error:
        raise KnowledgeError(f"{file}: {error}") from None


def _source(place: str, key: str, members: object) -> Source:
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise KnowledgeError(f"{place}: a source has {', '.join(sorted(_MEMBERS))}, and nothing else")
    year, url, kind = members["year"], str(members["url"]), members["kind"]
    if not isinstance(year, int) or not 1950 <= year <= 2100:
        raise KnowledgeError(f"{place}: year is no year")
    if not url.startswith("https://"):
        raise KnowledgeError(f"{place}: url does not begin with https://")
    if kind not in KINDS:
        raise KnowledgeError(f"{place}: kind is {kind!r}; it is one of {', '.join(KINDS)}")
    title, publisher, identifier = (str(members[name] or "") for name in ("title", "publisher", "identifier"))
    if not title or not publisher:
        raise KnowledgeError(f"{place}: title and publisher are needed")
    return Source(key, title, publisher, year, identifier, url, kind)
