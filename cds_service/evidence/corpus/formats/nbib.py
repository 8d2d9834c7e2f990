"""Abstracts of PubMed in the MEDLINE format (`.nbib`): lines "PMID- 123", continued by lines that begin with blanks.

Source: NLM, "MEDLINE/PubMed data element (field) descriptions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.document import Document, Section
from cds_service.evidence.corpus.files import Member
from cds_service.evidence.corpus.formats import Format, Records, Refused
from cds_service.evidence.corpus.formats.pubmed import LICENCE, iso_of

Fields = Mapping[str, list[str]]


def read(member: Member) -> Records:
    for number, fields in enumerate(_records(member), start=1):
        pmid = next(iter(fields.get("PMID", ())), "")
        if not pmid.isdigit():
            yield Refused(f"record {number}", "it states no PMID")
        elif not fields.get("AB"):
            yield Refused(f"PMID {pmid}", "it has no abstract")
        else:
            yield _document(fields, pmid)


def _records(member: Member) -> Iterator[Fields]:
    fields: dict[str, list[str]] = {}
    last = ""
    for number, raw in enumerate(member.stream.lines(), start=1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise CorpusError(f"line {number} is not UTF-8") from None
        if not line.strip():
            if fields:
                yield fields
                member.stream.begin_record()
            fields, last = {}, ""
        elif line.startswith("      ") and last:
            fields[last][-1] += f" {line.strip()}"
        elif line[4:6] == "- ":
            last = line[:4].strip()
            fields.setdefault(last, []).append(line[6:].strip())
        else:
            raise CorpusError(f"line {number} is neither a field nor the continuation of one")
    if fields:
        yield fields


def _document(fields: Fields, pmid: str) -> Document:
    def first(name: str) -> str:
        return next(iter(fields.get(name, ())), "")

    published = first("DP").split()
    doi = next((one.removesuffix("[doi]").strip() for one in fields.get("AID", ()) if one.endswith("[doi]")), "")
    return Document(
        id=f"pubmed:{pmid}",
        title=first("TI").rstrip(".") or f"PMID {pmid}",
        version=first("VI") or "1",
        sections=(Section("abstract", "Abstract", first("AB")),),
        publisher=first("JT") or first("TA") or "PubMed",
        licence=first("CI") or LICENCE,
        date=iso_of(*[*published, "", "", ""][:3]),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        identifier=f"PMID {pmid}" + (f", doi:{doi}" if doi else ""),
        drug_names="; ".join([first("TI"), *fields.get("RN", ())]),
    )


FORMAT = Format("nbib", "PubMed abstracts, MEDLINE format", (".nbib", ".txt"), read)
