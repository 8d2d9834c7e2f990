"""Observations whose value is a word or a date: their LOINC codes, and the answers that mean yes and no."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_LABELS = {
    "pregnancy-status": "Pregnancy status",
    "pregnancy-test": "Pregnancy test",
    "delivery-date": "Estimated delivery date",
    "gestational-age": "Gestational age",
    "lactation-status": "Breastfeeding status",
    "hla-b5701": "HLA-B*57:01",
    "hla-b5801": "HLA-B*58:01",
    "hla-b1502": "HLA-B*15:02",
    "hla-a3101": "HLA-A*31:01",
}
STATED: Mapping[str, str] = MappingProxyType(_LABELS)
BY_LOINC: Mapping[str, str] = MappingProxyType(
    {
        "82810-3": "pregnancy-status",
        "11449-6": "pregnancy-status",  # as reported
        "2106-3": "pregnancy-test",  # choriogonadotropin, urine
        "2118-8": "pregnancy-test",  # choriogonadotropin, serum or plasma
        "2112-1": "pregnancy-test",  # choriogonadotropin beta subunit, urine
        "11778-8": "delivery-date",
        "11779-6": "delivery-date",  # from the last menstrual period
        "11780-4": "delivery-date",  # from ovulation
        "11781-2": "delivery-date",  # composite of ultrasound
        "11884-4": "gestational-age",
        "18185-9": "gestational-age",
        "63895-7": "lactation-status",
        "50956-2": "hla-b5701",
        "57979-7": "hla-b1502",
    }
)
# Alleles are also recognised by the name of the test: laboratories send them under codes of their own.
BY_NAME: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        f"hla-{gene}{one}{two}": re.compile(rf"hla-?\s?{gene}\*?\s?{one}:?{two}", re.IGNORECASE)
        for gene, one, two in (("b", "57", "01"), ("b", "58", "01"), ("b", "15", "02"), ("a", "31", "01"))
    }
)
# LOINC answers and SNOMED CT values: positive, present, detected, pregnant, yes; and their opposites.
YES = frozenset({"LA6576-8", "LA9633-4", "LA11882-0", "LA15173-0", "LA33-6"}) | frozenset(
    {"10828004", "52101004", "260373001", "77386006", "373066001"}
)
NO = frozenset({"LA6577-6", "LA9634-2", "LA11883-8", "LA26683-5", "LA32-8"}) | frozenset(
    {"260385009", "2667000", "260415000", "60001007", "373067005"}
)
NO_WORDS = re.compile(r"\b(?:not?|negative|neg|absent|none|never|stopped|weaned|undetected)\b", re.IGNORECASE)
YES_WORDS = re.compile(
    r"\b(?:yes|positive|pos|present|detected|pregnant|breastfeeding|breastfed|lactating|hetero\w+|homo\w+)\b",
    re.IGNORECASE,
)
