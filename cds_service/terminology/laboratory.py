"""Laboratory results, electrocardiogram, vital signs and scores that gates on drugs and items of the checklist ask for.

The same care as in `observables.py`: a code is in one value set only. Left out on purpose: cord blood, urine,
percentages where an absolute count is meant, corrected calcium, and blood pressures, which come as panels.
Haemoglobin A1c is read in per cent only: the IFCC unit has another zero.
"""

from __future__ import annotations

from cds_service.terminology.observable import Observable

_CELLS, _MASS, _MOLES, _ENZYME = "10*9/L", "mg/dL", "mmol/L", "U/L"


def _one(
    key: str, label: str, unit: str, bounds: tuple[float, float], loinc: str, analyte: str | None = None
) -> Observable:
    low, high = bounds
    return Observable(key, label, unit, low, high, tuple(loinc.split()), analyte)


LABORATORY = (
    _one("magnesium", "magnesium", _MASS, (0.2, 15), "19123-9 2601-3", "magnesium"),
    _one("calcium", "total calcium", _MASS, (3, 25), "17861-6 2000-8 49765-1", "calcium"),
    _one("ionized-calcium", "ionized calcium", _MOLES, (0.3, 4), "1995-0 1994-3 17863-2 17864-0", "calcium"),
    _one("albumin", "albumin", "g/dL", (0.5, 7), "1751-7 61151-7 61152-5"),
    _one("bilirubin", "total bilirubin", _MASS, (0.05, 80), "1975-2 14631-6", "bilirubin"),
    _one("ast", "AST", _ENZYME, (1, 50000), "1920-8 30239-8 88112-8"),
    _one("alt", "ALT", _ENZYME, (1, 50000), "1742-6 1743-4 1744-2"),
    _one("ck", "creatine kinase", _ENZYME, (1, 1000000), "2157-6"),
    _one("hemoglobin", "hemoglobin", "g/dL", (1, 30), "718-7 20509-6"),
    _one("hematocrit", "hematocrit", "%", (3, 80), "4544-3 20570-8"),
    _one("platelets", "platelets", _CELLS, (0.5, 5000), "777-3 26515-7 778-1"),
    _one("wbc", "white cells", _CELLS, (0.01, 1000), "6690-2 26464-8 804-5"),
    _one("anc", "absolute neutrophils", _CELLS, (0.001, 500), "751-8 753-4 26499-4"),
    _one("lymphocytes", "absolute lymphocytes", _CELLS, (0.001, 900), "731-0 26474-7 732-8"),
    _one("tsh", "TSH", "m[IU]/L", (0.001, 1000), "3016-3 11579-0 11580-8"),
    _one("triglycerides", "triglycerides", _MASS, (5, 30000), "2571-8 14927-8 3048-6 3043-7", "triglycerides"),
    _one("hba1c", "hemoglobin A1c", "%", (2, 25), "4548-4 17856-6"),
    _one("lithium", "lithium level", _MOLES, (0.05, 10), "14334-7 3719-2", "lithium"),
    _one("digoxin", "digoxin level", "ng/mL", (0.05, 50), "10535-3 14698-5", "digoxin"),
    _one("phenytoin", "phenytoin level", "ug/mL", (0.5, 100), "3968-5 14877-5", "phenytoin"),
    _one("theophylline", "theophylline level", "ug/mL", (0.5, 150), "4049-3", "theophylline"),
    _one("qtc", "QTc interval", "ms", (250, 800), "8636-3 76634-5 76635-2"),
    _one("lvef", "left ventricular ejection fraction", "%", (3, 90), "10230-1 18043-0 8806-2"),
    _one("heart-rate", "heart rate", "/min", (15, 320), "8867-4 76282-3 8889-8"),
    _one("bmi", "body mass index", "kg/m2", (8, 130), "39156-5"),
    _one("ascvd", "10-year cardiovascular risk", "%", (0.1, 100), "79423-0"),
)
