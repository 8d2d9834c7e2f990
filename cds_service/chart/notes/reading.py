"""DocumentReference -> Note: what was written, when and by whom, with its inline body still as it was sent.

Bodies are opened when they are read (`reading`), once per body. A body behind a reference is not fetched in a hook
call; its note is kept with the reason, so that it can be said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from cds_service.chart.dates import day_of
from cds_service.chart.fhir_json import Resource, label_of, labels_of, modified, obj, objects, reference, text
from cds_service.chart.listing import Listing
from cds_service.chart.notes.note import Body, Note
from cds_service.chart.supplied import Supplied

# What the background worker says of an attachment that only pointed to its text.
READ_AT = "urn:countersign:note-read-at"  # valueDateTime: when it read the text
NOT_READ = "urn:countersign:note-not-read"  # valueString: why it could not
BEHIND_A_REFERENCE = "its text stands behind a reference and is not part of the call"
_VOID = frozenset({"entered-in-error", "superseded"})
_KINDS = ("text/plain", "text/html", "application/xhtml+xml", "text/rtf", "application/rtf")


def read_notes(supplied: Supplied) -> Listing[Note]:
    """Current notes, newest first; those entered in error or superseded are left out."""
    wanted, said = supplied.only({"DocumentReference"}, "notes")
    current = [one for one in wanted.resources if not {text(one.get("status")), text(one.get("docStatus"))} & _VOID]
    notes = sorted(map(_note, current), key=lambda note: (note.on or date.min, note.reference), reverse=True)
    return Listing(wanted.state, tuple(notes), said)


def _note(resource: Resource) -> Note:
    bodies = tuple(sorted(_bodies(resource), key=lambda body: _rank(body.content_type)))
    inline = tuple(body for body in bodies if body.data)
    said = _said(resource)
    problem = None if inline else said.get(NOT_READ, "")[:100] or (BEHIND_A_REFERENCE if bodies else "it has no text")
    if modified(resource):
        inline, problem = (), "it carries a modifier extension that is not known here"
    kinds = (*labels_of(resource.get("type")), *map(label_of, objects(resource.get("category"))))
    title = next(filter(None, (*kinds, text(resource.get("description")))), "note")
    note = Note(reference(resource), title[:60].lower(), _day(resource), _author(resource)[:60], inline, problem)
    return replace(note, fetched=day_of(said.get(READ_AT)))


def _said(resource: Resource) -> dict[str, str]:
    """READ_AT and NOT_READ of its attachments."""
    attachments = (obj(content.get("attachment")) for content in objects(resource.get("content")))
    said = [one for attachment in attachments for one in objects(attachment.get("extension"))]
    return {text(one.get("url")): text(one.get("valueDateTime")) or text(one.get("valueString")) for one in said}


def _bodies(resource: Resource) -> Iterator[Body]:
    for content in objects(resource.get("content")):
        attachment = obj(content.get("attachment"))
        data = attachment.get("data")
        kind = text(attachment.get("contentType")).lower()
        if isinstance(data, str) and data:
            yield Body(kind, data)
        elif text(attachment.get("url")):
            yield Body(kind, "")


def _rank(content_type: str) -> int:
    bare = content_type.partition(";")[0].strip()
    return _KINDS.index(bare) if bare in _KINDS else len(_KINDS)


def _day(resource: Resource) -> date | None:
    period = obj(obj(resource.get("context")).get("period"))
    return day_of(resource.get("date")) or day_of(period.get("start")) or day_of(period.get("end"))


def _author(resource: Resource) -> str:
    """The first author's name, from the reference's words or the contained resource."""
    contained = {f"#{text(one.get('id'))}": one for one in objects(resource.get("contained"))}
    for author in (*objects(resource.get("author")), obj(resource.get("authenticator"))):
        named = text(author.get("display")) or _name(contained.get(text(author.get("reference"))))
        if named or text(author.get("reference")):
            return named or text(author.get("reference"))
    return ""


def _name(person: Resource | None) -> str:
    for name in objects((person or {}).get("name")):
        given = name.get("given")
        first = " ".join(map(text, given)) if isinstance(given, list) else ""
        return text(name.get("text")) or f"{first} {text(name.get('family'))}".strip()
    return text((person or {}).get("name"))
