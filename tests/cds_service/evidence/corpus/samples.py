"""Small files in each format that can be imported, made here: invented labels and abstracts about real drug names."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

DRUG = "Warfarin"


def openfda(*labels: dict[str, Any]) -> bytes:
    return json.dumps({"meta": {"disclaimer": "made for a test"}, "results": list(labels)}).encode()


def label(set_id: str = "set-1", version: str = "1", **changes: Any) -> dict[str, Any]:
    return {
        "set_id": set_id,
        "version": version,
        "effective_time": "20240517",
        "openfda": {"brand_name": ["Sampledin"], "generic_name": [DRUG], "manufacturer_name": ["Sample Works"]},
        "drug_interactions": ["7 DRUG INTERACTIONS Invented: take Sampledin apart from sample juice."],
        "drug_interactions_table": ["<table><tr><td>not taken</td></tr></table>"],
        "boxed_warning": ["Invented: Sampledin may cause sample bleeding when the INR is > 4."],
        **changes,
    }


def spl(set_id: str = "spl-1", version: str = "3", words: str = "Invented: halve the dose below 30 mL/min.") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<document xmlns="urn:hl7-org:v3"><id root="d"/><title>Sampledin tablets</title>
<effectiveTime value="20230201"/><setId root="{set_id}"/><versionNumber value="{version}"/>
<author><assignedEntity><representedOrganization><name>Sample Works</name></representedOrganization>
</assignedEntity></author>
<component><structuredBody>
 <component><section><subject><manufacturedProduct><manufacturedProduct><name>Sampledin</name>
   <ingredient><ingredientSubstance><activeMoiety><activeMoiety><name>{DRUG}</name></activeMoiety></activeMoiety>
   </ingredientSubstance></ingredient></manufacturedProduct></manufacturedProduct></subject></section></component>
 <component><section><code code="34068-7" codeSystem="2.16.840.1.113883.6.1"/><title>2 Dosage</title>
  <text><paragraph>{words}</paragraph><list><item>First step.</item><item>Second step.</item></list></text>
  <component><section><title>2.1 Adults</title><text>
   <table><tbody><tr><td>5 mg</td><td>once a day</td></tr></tbody></table></text></section></component>
 </section></component>
 <component><section><code code="99999-9"/><text><paragraph>Of no section that we know.</paragraph></text>
 </section></component>
</structuredBody></component></document>""".encode()


def pubmed(pmid: str = "11111111", abstract: str = "Invented: 12 of 40 sample patients bled.") -> bytes:
    return f"""<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://dtd.nlm.nih.gov/pubmed.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="2">{pmid}</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2021</Year><Month>Mar</Month></PubDate></JournalIssue>
<Title>Sample Journal</Title>
</Journal><ArticleTitle>{DRUG} in <i>sample</i> patients.</ArticleTitle>
<ELocationID EIdType="doi">10.0000/s</ELocationID>
<Abstract><AbstractText Label="RESULTS">{abstract}</AbstractText></Abstract></Article>
<ChemicalList><Chemical><NameOfSubstance>{DRUG}</NameOfSubstance></Chemical></ChemicalList>
</MedlineCitation></PubmedArticle></PubmedArticleSet>""".encode()


NBIB = f"""PMID- 22222222
DP  - 2019 Nov 5
TI  - {DRUG} and the
      sample diet.
AB  - Invented: the sample diet lowered the INR
      in 7 of 20 people.
JT  - Sample Journal
AID - 10.0000/n [doi]

PMID- 33333333
TI  - Without an abstract.
JT  - Sample Journal
""".encode()

CITATION = {
    "resourceType": "Citation",
    "id": "c1",
    "url": "https://sample.example/Citation/c1",
    "version": "4",
    "title": f"{DRUG} after a sample operation",
    "status": "active",
    "date": "2025-02-03",
    "publisher": "Sample Society",
    "copyrightLabel": "CC BY 4.0",
    "jurisdiction": [{"coding": [{"code": "US"}]}],
    "summary": [{"text": "Invented: begin on the second day."}],
    "citedArtifact": {"abstract": [{"text": "Invented: 200 people were followed."}], "identifier": [{"value": "X1"}]},
}
ASSESSMENT = {
    "resourceType": "ArtifactAssessment",
    "id": "a1",
    "title": "Rating of a sample study",
    "date": "2025-03-01",
    "copyright": "internal",
    "content": [
        {
            "type": {"text": "certainty"},
            "summary": "Invented: low certainty.",
            "component": [{"summary": "Few people."}],
        }
    ],
}
EVIDENCE = {
    "resourceType": "Evidence",
    "id": "e1",
    "status": "active",
    "version": "1",
    "title": f"{DRUG} and sample bleeding",
    "assertion": "Invented: the risk was 3 % higher.",
    "variableDefinition": [{"description": "Bleeding within 30 days"}],
    "statistic": [{"description": "Risk difference 3 %"}],
}
GUIDELINE = f"""---
id: anticoagulation
title: Anticoagulation on our wards
publisher: Pharmacy committee
version: "2"
date: 2026-03-01
licence: internal use
jurisdiction: US
drugs: [{DRUG}]
retires: 2099-01-01
---
Read this first.

## Starting

Invented: measure the INR **before** the first dose; see [the form](https://sample.example/form).

| day | dose |
|---|---|
| 1 | 5 mg |

## Stopping

Invented: stop 5 days before an operation.
""".encode()

SAMPLES = {
    "openfda": ("labels.json", openfda(label(), label("set-2", openfda={"generic_name": ["Metformin"]}))),
    "spl": ("label.xml", spl()),
    "pubmed": ("pubmed.xml", pubmed()),
    "nbib": ("found.nbib", NBIB),
    "fhir": (
        "bundle.json",
        json.dumps(
            {"resourceType": "Bundle", "entry": [{"resource": one} for one in (CITATION, ASSESSMENT, EVIDENCE)]}
        ).encode(),
    ),
    "markdown": ("anticoagulation.md", GUIDELINE),
}


def zipped(**files: bytes) -> bytes:
    """A zip archive; names as keywords with `__` for a dot."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return packed.getvalue()
