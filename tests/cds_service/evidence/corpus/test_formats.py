"""Each format, from a small file made here: what becomes of it, and where it came from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cds_service.evidence.corpus.formats import formats
from cds_service.store.corpus.corpus import Corpus
from tests.cds_service.evidence.corpus import samples
from tests.cds_service.evidence.corpus.conftest import TakesIn

WARFARIN = "11289"


@pytest.fixture
def engine_name() -> str:
    """Files are read alike whatever the database."""
    return "sqlite"


def taken(take_in: TakesIn, corpus: Corpus, format: str) -> dict[str, dict[str, Any]]:
    """Every passage by id after importing the sample of a format."""
    take_in(format, *samples.SAMPLES[format])
    return {row["id"]: row for row in corpus.every()}


def test_every_format_has_a_sample() -> None:
    assert formats().keys() == samples.SAMPLES.keys()


def test_a_label_of_openfda(take_in: TakesIn, corpus: Corpus) -> None:
    rows = taken(take_in, corpus, "openfda")
    assert len(rows) == 4
    row = rows["openfda:set-1#drug_interactions-1"]
    assert (row["title"], row["publisher"]) == ("Sampledin label: Drug interactions", "Sample Works")
    assert (row["version"], row["published"], row["jurisdiction"]) == ("1", "2024-05-17", "US")
    assert row["drugs"] == [WARFARIN] and row["kind"] == "quotation" and row["licence"].startswith("CC0")
    assert "table" not in row["text"] and "sample juice" in row["text"]
    assert "INR is > 4" in rows["openfda:set-1#boxed_warning-1"]["text"]


def test_a_label_of_dailymed_keeps_paragraphs_lists_and_tables_under_their_section(
    take_in: TakesIn, corpus: Corpus
) -> None:
    rows = taken(take_in, corpus, "spl")
    assert list(rows) == ["dailymed:spl-1#dosage_and_administration-1"]
    (row,) = rows.values()
    assert row["text"] == (
        "2 Dosage Invented: halve the dose below 30 mL/min. First step. Second step. 2.1 Adults 5 mg | once a day"
    )
    assert (row["version"], row["published"], row["drugs"]) == ("3", "2023-02-01", [WARFARIN])


def test_abstracts_of_pubmed_in_both_forms(take_in: TakesIn, corpus: Corpus) -> None:
    rows = taken(take_in, corpus, "pubmed") | taken(take_in, corpus, "nbib")
    xml, nbib = rows["pubmed:11111111#abstract-1"], rows["pubmed:22222222#abstract-1"]
    assert (xml["source"], xml["locator"]) == ("Warfarin in sample patients", "Results")
    assert (xml["version"], xml["published"], xml["identifier"]) == ("2", "2021-03", "PMID 11111111, doi:10.0000/s")
    assert nbib["source"] == "Warfarin and the sample diet" and nbib["published"] == "2019-11-05"
    assert nbib["text"].endswith("in 7 of 20 people.") and nbib["drugs"] == [WARFARIN]


def test_fhir_citation_assessment_and_evidence(take_in: TakesIn, corpus: Corpus) -> None:
    rows = taken(take_in, corpus, "fhir")
    home = "https://sample.example/Citation/c1"
    assert rows[f"{home}#summary-1"]["text"] == "Invented: begin on the second day."
    assert rows[f"{home}#abstract-1"]["url"] == home and rows[f"{home}#abstract-1"]["licence"] == "CC BY 4.0"
    assert rows["fhir:ArtifactAssessment/a1#assessment-2"]["text"] == "Few people."
    assert rows["fhir:Evidence/e1#assertion-1"]["text"] == "Invented: the risk was 3 % higher."


def test_a_guideline_in_markdown_is_parted_at_its_headings(take_in: TakesIn, corpus: Corpus) -> None:
    rows = taken(take_in, corpus, "markdown")
    starting = rows["site:anticoagulation#starting-1"]
    assert starting["text"] == ("Invented: measure the INR before the first dose; see the form. day dose 1 5 mg")
    assert starting["retires"] == date(2099, 1, 1) and starting["publisher"] == "Pharmacy committee"
    assert "site:anticoagulation#stopping-1" in rows and "site:anticoagulation#text-1" in rows


@pytest.mark.parametrize("format", ["openfda", "spl", "pubmed", "fhir"])
def test_the_same_file_zipped_gives_the_same_passages(format: str, take_in: TakesIn, corpus: Corpus) -> None:
    name, content = samples.SAMPLES[format]
    inner = samples.zipped(**{name.replace(".", "__"): content, "picture__jpg": b"not text"})
    report = take_in(format, "outer.zip", samples.zipped(one__zip=inner))
    assert report.problems == []
    packed = sorted(row["digest"] for row in corpus.every())
    again = take_in(format, name, content)
    assert again.passages.unchanged == len(packed) and again.passages.added == 0
