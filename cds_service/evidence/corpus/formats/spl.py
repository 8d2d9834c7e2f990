"""Drug labels of DailyMed: Structured Product Labeling (HL7 v3), one document a file, also in zips of zips.

Source: HL7 SPL implementation guide of the FDA: sections carry LOINC codes; paragraphs, lists and tables stand in
`text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from cds_service.evidence.corpus.document import Document, Section, iso_date, plain
from cds_service.evidence.corpus.files import Member
from cds_service.evidence.corpus.formats import Format, Records, Refused
from cds_service.evidence.corpus.formats.label_sections import LABEL_SECTIONS, LOINC_SECTIONS
from cds_service.evidence.corpus.formats.xml_records import child, children, local, words, xml_elements

LICENCE = "as published by the NLM (DailyMed), text by the labeler"
_BLOCKS = frozenset({"paragraph", "item", "tr", "caption", "title"})


def read(member: Member) -> Records:
    found = False
    for number, element in enumerate(xml_elements(member, "document"), start=1):
        found = True
        set_id = _attribute(child(element, "setId"), "root")
        yield _document(element, set_id) if set_id else Refused(f"document {number}", "it states no setId")
    if not found:
        yield Refused("document", "there is no SPL document in it")


def _document(element: Element, set_id: str) -> Document:
    products = [one for one in element.iter() if local(one) == "manufacturedProduct"]
    name = next(filter(None, (words(child(one, "name")) for one in products)), "")
    moieties = [words(child(one, "name")) for one in element.iter() if local(one) == "activeMoiety"]
    title = name or words(child(element, "title"))[:120]
    labeler = child(element, "author", "assignedEntity", "representedOrganization", "name")
    return Document(
        id=f"dailymed:{set_id}",
        title=f"{title} label" if title else f"Label {set_id}",
        version=_attribute(child(element, "versionNumber"), "value"),
        sections=tuple(_sections(child(element, "component", "structuredBody"))),
        publisher=words(labeler) or "NLM DailyMed",
        licence=LICENCE,
        date=iso_date(_attribute(child(element, "effectiveTime"), "value")[:8]),
        url=f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={set_id}",
        identifier=f"SPL set id {set_id}",
        jurisdiction="US",
        drug_names="; ".join(filter(None, [*moieties, name])) or title,
    )


def _sections(body: Element | None) -> Iterator[Section]:
    """Sections in order; one without a code that we know belongs to the one it stands in."""
    gathered: dict[str, list[str]] = {}
    for section in children(body, "component", "section"):
        _gather(section, "", gathered)
    for key, label in LABEL_SECTIONS.items():
        if text := plain("\n\n".join(gathered.get(key, ()))):
            yield Section(key, label, text)


def _gather(section: Element, key: str, gathered: dict[str, list[str]]) -> None:
    key = LOINC_SECTIONS.get(_attribute(child(section, "code"), "code"), key)
    text = child(section, "text")
    if key and text is not None:
        gathered.setdefault(key, []).extend([words(child(section, "title")), *_paragraphs(text)])
    for inner in children(section, "component", "section"):
        _gather(inner, key, gathered)


def _paragraphs(text: Element) -> Iterator[str]:
    blocks = [one for one in text.iter() if local(one) in _BLOCKS]
    if not blocks:
        yield words(text)
    inner = {id(deep) for one in blocks for deep in one.iter() if deep is not one and local(deep) in _BLOCKS}
    for block in blocks:
        if id(block) not in inner:
            yield " | ".join(words(cell) for cell in block) if local(block) == "tr" else words(block)


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else element.get(name, "").strip()


FORMAT = Format("spl", "DailyMed labels, SPL XML", (".xml",), read)
