"""Sections of a US drug label: openFDA's field names, our headings, and the LOINC codes that SPL marks them with."""

from __future__ import annotations

LABEL_SECTIONS = {
    "boxed_warning": "Boxed warning",
    "indications_and_usage": "Indications and usage",
    "dosage_and_administration": "Dosage and administration",
    "contraindications": "Contraindications",
    "warnings_and_cautions": "Warnings and precautions",
    "warnings": "Warnings",
    "precautions": "Precautions",
    "drug_interactions": "Drug interactions",
    "adverse_reactions": "Adverse reactions",
    "use_in_specific_populations": "Use in specific populations",
    "pregnancy": "Pregnancy",
    "lactation": "Lactation",
    "nursing_mothers": "Nursing mothers",
    "pediatric_use": "Pediatric use",
    "geriatric_use": "Geriatric use",
    "overdosage": "Overdosage",
    "clinical_pharmacology": "Clinical pharmacology",
    "information_for_patients": "Information for patients",
}
# Code system 2.16.840.1.113883.6.1, as the Structured Product Labeling guide lists its document sections.
LOINC_SECTIONS = {
    "34066-1": "boxed_warning",
    "34067-9": "indications_and_usage",
    "34068-7": "dosage_and_administration",
    "34070-3": "contraindications",
    "43685-7": "warnings_and_cautions",
    "34071-1": "warnings",
    "42232-9": "precautions",
    "34073-7": "drug_interactions",
    "34084-4": "adverse_reactions",
    "43684-0": "use_in_specific_populations",
    "42228-7": "pregnancy",
    "77290-5": "lactation",
    "34080-2": "nursing_mothers",
    "34081-0": "pediatric_use",
    "34082-8": "geriatric_use",
    "34088-5": "overdosage",
    "34090-1": "clinical_pharmacology",
    "34076-0": "information_for_patients",
}
