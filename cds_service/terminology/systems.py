"""Code systems by their FHIR URI, and the short keys that the knowledge tables use for them.

URIs are those of the HL7 terminology pages (terminology.hl7.org, "External code systems"). OIDs in the form
`urn:oid:...` are what C-CDA-born data carries; `canonical` maps them, so that the rest of the code compares one
spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD9CM = "http://hl7.org/fhir/sid/icd-9-cm"
NDC = "http://hl7.org/fhir/sid/ndc"
NDFRT = "http://hl7.org/fhir/ndfrt"
MEDRT = "http://va.gov/terminology/medrt"
UNII = "http://fdasis.nlm.nih.gov"
CVX = "http://hl7.org/fhir/sid/cvx"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"

# The keys that stand before `#` in a table cell (`snomed#387458008`).
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "rxnorm": RXNORM,
        "loinc": LOINC,
        "snomed": SNOMED,
        "icd10": ICD10,
        "icd10cm": ICD10CM,
        "icd9cm": ICD9CM,
        "ndc": NDC,
        "ndfrt": NDFRT,
        "medrt": MEDRT,
        "unii": UNII,
        "cvx": CVX,
        "atc": ATC,
        "ucum": UCUM,
    }
)

_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "urn:oid:2.16.840.1.113883.6.88": RXNORM,
        "urn:oid:2.16.840.1.113883.6.1": LOINC,
        "urn:oid:2.16.840.1.113883.6.96": SNOMED,
        "urn:oid:2.16.840.1.113883.6.3": ICD10,
        "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
        "urn:oid:2.16.840.1.113883.6.103": ICD9CM,
        "urn:oid:2.16.840.1.113883.6.69": NDC,
        "urn:oid:2.16.840.1.113883.3.26.1.5": NDFRT,
        "urn:oid:2.16.840.1.113883.4.9": UNII,
        "urn:oid:2.16.840.1.113883.12.292": CVX,
        "urn:oid:2.16.840.1.113883.6.73": ATC,
        "urn:oid:2.16.840.1.113883.6.8": UCUM,
    }
)


def canonical(system: str | None) -> str | None:
    """The one spelling of a code system's URI; an unknown system comes back unchanged, a missing one as None."""
    if not system:
        return None
    trimmed = system.strip().rstrip("/")
    return _ALIASES.get(trimmed, trimmed) or None


def code(cell: str) -> tuple[str, str]:
    """Read one `key#code` cell of a table into (system URI, code).

    Raises ValueError when the key is not one of KEYS or the code is empty: a table row must not lose a code in silence.
    """
    key, mark, value = cell.strip().partition("#")
    if not mark or not value.strip() or key.strip().lower() not in KEYS:
        raise ValueError(f"not a code of the form key#code with a known key: {cell!r}")
    return KEYS[key.strip().lower()], value.strip()


# The key of an ingredient whose RxCUI nobody has verified: this, and its name. No code is ever made of it.
UNCODED = "name:"


def ingredient_coding(key: str, display: str) -> list[dict[str, str]]:
    """FHIR codings of an ingredient: its RxNorm code, or none where our tables have only its name."""
    return [] if key.startswith(UNCODED) else [{"system": RXNORM, "code": key, "display": display}]
