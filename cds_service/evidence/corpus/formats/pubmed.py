"""Abstracts of PubMed as XML (`PubmedArticleSet`), as efetch and the baseline files give them.

Source: NLM, "MEDLINE PubMed XML element descriptions".
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from cds_service.evidence.corpus.document import Document, Section
from cds_service.evidence.corpus.files import Member
from cds_service.evidence.corpus.formats import Format, Records, Refused
from cds_service.evidence.corpus.formats.xml_records import child, children, words, xml_elements

LICENCE = "abstract: of its publisher"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905 - a list of words reads as words


def read(member: Member) -> Records:
    found = False
    for number, article in enumerate(xml_elements(member, "PubmedArticle"), start=1):
        found = True
        pmid = words(child(article, "MedlineCitation", "PMID"))
        if not pmid.isdigit():
            yield Refused(f"article {number}", "it states no PMID")
            continue
        yield _document(article, pmid) or Refused(f"PMID {pmid}", "it has no abstract")
    if not found:
        yield Refused("PubmedArticle", "there is no article in it")


def _document(record: Element, pmid: str) -> Document | None:
    citation = child(record, "MedlineCitation")
    article = child(citation, "Article")
    sections = tuple(_sections(article))
    if not sections:
        return None
    journal = child(article, "Journal")
    doi = next((words(one) for one in children(article, "ELocationID") if one.get("EIdType") == "doi"), "")
    number = child(citation, "PMID")
    return Document(
        id=f"pubmed:{pmid}",
        title=words(child(article, "ArticleTitle")).rstrip(".") or f"PMID {pmid}",
        version=(number.get("Version") if number is not None else None) or "1",
        sections=sections,
        publisher=words(child(journal, "Title")) or words(child(journal, "ISOAbbreviation")) or "PubMed",
        licence=words(child(article, "Abstract", "CopyrightInformation")) or LICENCE,
        date=_date(child(journal, "JournalIssue", "PubDate")),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        identifier=f"PMID {pmid}" + (f", doi:{doi}" if doi else ""),
        drug_names="; ".join(
            [
                words(child(article, "ArticleTitle")),
                *(words(one) for one in children(citation, "ChemicalList", "Chemical", "NameOfSubstance")),
            ]
        ),
    )


def _sections(article: Element | None) -> Iterator[Section]:
    for part in children(article, "Abstract", "AbstractText"):
        if text := words(part):
            yield Section("abstract", part.get("Label", "").capitalize() or "Abstract", text)


def _date(issue: Element | None) -> str:
    year, month, day = (words(child(issue, name)) for name in ("Year", "Month", "Day"))
    return iso_of(year or words(child(issue, "MedlineDate"))[:4], month, day)


def iso_of(year: str, month: str, day: str) -> str:
    """ISO date as far as it is known; a month is a number or an English name."""
    if not (year.isdigit() and len(year) == 4):
        return ""
    number = int(month) if month.isdigit() else (MONTHS.index(month[:3].lower()) + 1 if _is_month(month) else 0)
    if not 1 <= number <= 12:
        return year
    return f"{year}-{number:02}" + (f"-{int(day):02}" if day.isdigit() and 1 <= int(day) <= 31 else "")


def _is_month(text: str) -> bool:
    return text[:3].lower() in MONTHS


FORMAT = Format("pubmed", "PubMed abstracts, XML", (".xml",), read)
