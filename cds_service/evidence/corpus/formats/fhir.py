"""FHIR R5 Citation and ArtifactAssessment, R4B and R5 Evidence: single, in a Bundle, or one a line (.ndjson).

Narrative (`text.div`) is XHTML and is not taken; markdown elements are taken as the plain text that they must be here.
Source: hl7.org/fhir/R5 and hl7.org/fhir/R4B, the pages of these resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.document import Document, Section, iso_date, plain
from cds_service.evidence.corpus.files import Member
from cds_service.evidence.corpus.formats import Format, Records, Refused

Resource = Mapping[str, Any]


def read(member: Member) -> Records:
    for number, resource in enumerate(_resources(member), start=1):
        kind, name = str(resource.get("resourceType", "")), str(resource.get("id") or f"resource {number}")
        if kind not in _SECTIONS:
            yield Refused(f"{kind or 'resource'} {name}", "it is no Citation, ArtifactAssessment or Evidence")
        elif resource.get("status") == "entered-in-error":
            yield Refused(f"{kind}/{name}", "it was entered in error")
        else:
            yield _document(resource, kind, name)


def _resources(member: Member) -> Iterator[Resource]:
    if member.suffix == ".ndjson":
        for number, line in enumerate(member.stream.lines(), start=1):
            if line.strip():
                yield from _parsed(line, f"line {number}")
                member.stream.begin_record()
        return
    yield from _parsed(member.stream.whole(), "the file")


def _parsed(raw: bytes, place: str) -> Iterator[Resource]:
    try:
        found = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise CorpusError(f"{place} is no whole JSON in UTF-8 ({error.msg})") from None
    if not isinstance(found, dict):
        raise CorpusError(f"{place} is no FHIR resource")
    if found.get("resourceType") != "Bundle":
        yield found
        return
    yield from (one["resource"] for one in _objects(found, "entry") if isinstance(one.get("resource"), dict))


def _document(resource: Resource, kind: str, name: str) -> Document:
    artifact = _object(resource, "citedArtifact")
    numbers = [*_objects(artifact, "identifier"), *_objects(resource, "identifier")]
    title = _text(resource, "title") or next((_text(one, "text") for one in _objects(artifact, "title")), "")
    url = _text(resource, "url")
    return Document(
        id=url or f"fhir:{kind}/{name}",
        title=title or _text(resource, "name") or f"{kind} {name}",
        version=_text(resource, "version") or _text(_object(resource, "meta"), "versionId") or _date(resource) or "1",
        sections=tuple(_SECTIONS[kind](resource)),
        publisher=_text(resource, "publisher") or _published_in(artifact) or "not stated",
        licence=_text(resource, "copyrightLabel") or _text(resource, "copyright") or "not stated",
        date=iso_date(_date(resource)),
        url=url if url.startswith("http") else "",
        identifier="; ".join(filter(None, (_text(one, "value") for one in numbers)))[:200],
        jurisdiction=", ".join(_codes(resource, "jurisdiction")),
        drug_names=title,
    )


def _citation(resource: Resource) -> Iterator[Section]:
    for one in _objects(resource, "summary"):
        yield Section("summary", "Summary", plain(_text(one, "text")))
    for one in _objects(_object(resource, "citedArtifact"), "abstract"):
        yield Section("abstract", "Abstract", plain(_text(one, "text")))


def _assessment(resource: Resource) -> Iterator[Section]:
    yield from _contents(_objects(resource, "content"))


def _contents(contents: list[Resource]) -> Iterator[Section]:
    for one in contents:
        label = _text(_object(one, "type"), "text") or next(iter(_codes(one, "type")), "") or "Assessment"
        yield Section("assessment", label.capitalize(), plain(_text(one, "summary")))
        yield from _contents(_objects(one, "component"))


def _evidence(resource: Resource) -> Iterator[Section]:
    for key, label in (("assertion", "Assertion"), ("description", "Description")):
        yield Section(key, label, plain(_text(resource, key)))
    for key, label in (("variableDefinition", "Variable"), ("statistic", "Result"), ("certainty", "Certainty")):
        for one in _objects(resource, key):
            yield Section(key.lower(), label, plain(_text(one, "description")))
    yield Section("note", "Note", plain("\n\n".join(_text(one, "text") for one in _objects(resource, "note"))))


_SECTIONS: Mapping[str, Callable[[Resource], Iterator[Section]]] = {
    "Citation": _citation,
    "ArtifactAssessment": _assessment,
    "Evidence": _evidence,
}


def _published_in(artifact: Resource) -> str:
    forms = _objects(artifact, "publicationForm")
    return next((_text(_object(one, "publishedIn"), "title") for one in forms), "")


def _date(resource: Resource) -> str:
    return _text(resource, "date") or _text(resource, "approvalDate")


def _codes(resource: Resource, name: str) -> list[str]:
    value = resource.get(name)
    concepts = value if isinstance(value, list) else [value]
    codings = (coding for one in concepts if isinstance(one, dict) for coding in _objects(one, "coding"))
    return [str(one.get("code") or one.get("display") or "") for one in codings]


def _object(resource: Resource, name: str) -> Resource:
    value = resource.get(name)
    return value if isinstance(value, dict) else {}


def _objects(resource: Resource, name: str) -> list[Resource]:
    value = resource.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(resource: Resource, name: str) -> str:
    value = resource.get(name)
    return value.strip() if isinstance(value, str) else ""


FORMAT = Format("fhir", "FHIR Citation, ArtifactAssessment, Evidence", (".json", ".ndjson"), read)
