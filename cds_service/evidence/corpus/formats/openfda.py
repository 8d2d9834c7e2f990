"""Drug labels of openFDA (`drug-label-0001-of-0013.json`, also zipped): {"results": [{...}, ...]}.

Fields of running text are sections; the HTML that stands beside some of them (`*_table`) is not taken.
Source: open.fda.gov, "Drug labeling, searchable fields"; its terms put the data under CC0 unless noted otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.evidence.corpus.document import Document, Section, iso_date, plain
from cds_service.evidence.corpus.files import Member
from cds_service.evidence.corpus.formats import Format, Records, Refused
from cds_service.evidence.corpus.formats.json_records import json_items
from cds_service.evidence.corpus.formats.label_sections import LABEL_SECTIONS

LICENCE = "CC0 1.0 (openFDA), text by the labeler"


def read(member: Member) -> Records:
    for number, record in json_items(member, "results.item"):
        name = str(record.get("set_id") or record.get("id") or f"results[{number}]") if _is_map(record) else ""
        if not name:
            yield Refused(f"results[{number}]", "it is no object")
            continue
        yield _document(record, name) if record.get("set_id") else Refused(name, "it states no set_id")


def _document(record: Mapping[str, Any], set_id: str) -> Document:
    about = record["openfda"] if _is_map(record.get("openfda")) else {}
    brand, generic = _first(about, "brand_name"), _first(about, "generic_name")
    name = brand or generic or _first(record, "spl_product_data_elements")[:80]
    return Document(
        id=f"openfda:{set_id}",
        title=f"{name} label".strip() if name else f"Label {set_id}",
        version=str(record.get("version") or record.get("effective_time") or ""),
        sections=tuple(_sections(record)),
        publisher=_first(about, "manufacturer_name") or "U.S. FDA (openFDA)",
        licence=LICENCE,
        date=iso_date(str(record.get("effective_time") or "")),
        url=f"https://dailymed.nlm.nih.gov/dailymed/drugInfo.cfm?setid={set_id}",
        identifier=f"SPL set id {set_id}",
        jurisdiction="US",
        drug_names="; ".join([generic, *map(str, _list(about, "substance_name"))]) or name,
    )


def _sections(record: Mapping[str, Any]) -> list[Section]:
    found = []
    for key, label in LABEL_SECTIONS.items():
        text = plain("\n\n".join(str(part) for part in _list(record, key)))
        if text:
            found.append(Section(key, label, text))
    return found


def _list(record: Mapping[str, Any], name: str) -> list[Any]:
    value = record.get(name)
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _first(record: Mapping[str, Any], name: str) -> str:
    return next((str(one).strip() for one in _list(record, name)), "")


def _is_map(value: object) -> bool:
    return isinstance(value, Mapping)


FORMAT = Format("openfda", "openFDA drug labels, JSON", (".json",), read)
