"""The observations that checks ask for: kidney function, body size, and those of `laboratory.py`, by key and by LOINC.

Codes were gone through one by one; a code is in at most one value set. Left out on purpose: panels (45066-8, 24362-6),
paediatric estimates (50384-7, bedside Schwartz), creatinine before or after dialysis and in urine, weights that are
stated, birth or dry weights, heights that are stated. eGFR (indexed to 1.73 m2) and creatinine clearance (not indexed)
are two observables: a band written for one is never read with the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cds_service.terminology.laboratory import LABORATORY
from cds_service.terminology.observable import Implausible, Observable
from cds_service.terminology.units import INDEXED_ML_MIN, INR_UNIT

# Where tables say that an observation stands, and the prefetch keys that this means.
OBSERVED_UNDER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"labs": ("labs",), "vitals": ("vitals",), "screenings": ("screenings", "social")}
)

EGFR = Observable(
    key="egfr",
    label="eGFR",
    unit=INDEXED_ML_MIN,
    low=1,
    high=250,
    loinc=(
        "98979-8",  # creatinine, CKD-EPI 2021
        "98980-6",  # creatinine and cystatin C, CKD-EPI 2021
        "94677-2",  # creatinine and cystatin C, CKD-EPI 2012
        "50210-4",  # cystatin C
        "62238-1",  # creatinine, CKD-EPI 2009
        "69405-9",  # equation not named
        "88294-4",  # creatinine, CKD-EPI 2009, reported for "non-black"
        "77147-7",  # creatinine, MDRD, serum, plasma or blood
        "33914-3",  # creatinine, MDRD, serum or plasma (discouraged by LOINC, still sent)
        "48642-3",  # creatinine, MDRD, reported for "non-black"
        "50044-7",  # creatinine, MDRD, reported for females
        "70969-1",  # creatinine, MDRD, reported for males
        # Reported beside the ones above with a race coefficient that raises the value by 16 to 21%: last choice.
        "88293-6",  # creatinine, CKD-EPI 2009, reported for "black"
        "48643-1",  # creatinine, MDRD, reported for "black"
    ),
)
CREATININE_CLEARANCE = Observable(
    key="crcl",
    label="creatinine clearance",
    unit="mL/min",
    low=1,
    high=300,
    loinc=(
        "35591-7",  # predicted by Cockcroft-Gault
        "2164-2",  # measured, 24 hour urine
        "33558-8",  # measured, urine of unspecified duration
    ),
)
CREATININE = Observable(
    key="creatinine",
    label="serum creatinine",
    unit="mg/dL",
    low=0.1,
    high=30,
    loinc=(
        "2160-0",  # mass, serum or plasma
        "14682-9",  # moles, serum or plasma
        "77140-2",  # moles, serum, plasma or blood
        "38483-4",  # mass, blood
        "59826-8",  # moles, blood
        "21232-4",  # mass, arterial blood
        "101475-2",  # moles, venous blood
    ),
    analyte="creatinine",
)
WEIGHT = Observable(
    key="weight",
    label="body weight",
    unit="kg",
    low=0.3,
    high=500,
    loinc=("29463-7", "3141-9"),  # body weight; body weight measured
)
HEIGHT = Observable(
    key="height",
    label="body height",
    unit="cm",
    low=20,
    high=260,
    loinc=("8302-2", "3137-7", "8306-3"),  # body height; measured; lying
)
POTASSIUM = Observable(
    key="potassium",
    label="potassium",
    unit="mmol/L",
    low=1,
    high=12,
    loinc=("2823-3", "77142-8", "6298-4", "39789-3"),  # serum or plasma; any of the three; blood; venous blood
    analyte="potassium",
)
SODIUM = Observable(
    key="sodium",
    label="sodium",
    unit="mmol/L",
    low=90,
    high=200,
    loinc=("2951-2", "77139-4", "2947-0", "39791-9"),  # serum or plasma; any of the three; blood; venous blood
    analyte="sodium",
)
GLUCOSE = Observable(
    key="glucose",
    label="glucose",
    unit="mg/dL",
    low=5,
    high=2000,
    loinc=("2345-7", "14749-6", "2339-0", "15074-8"),  # serum or plasma mass, moles; blood mass, moles
    analyte="glucose",
)
INR = Observable(
    key="inr",
    label="INR",
    unit=INR_UNIT,
    low=0.5,
    high=30,
    loinc=("6301-6", "34714-6", "38875-1", "46418-0"),  # platelet poor plasma; blood; either; capillary blood
    analyte="inr",
)

OBSERVABLES: Mapping[str, Observable] = MappingProxyType(
    {
        one.key: one
        for one in (
            *(EGFR, CREATININE_CLEARANCE, CREATININE, WEIGHT, HEIGHT),
            *(POTASSIUM, SODIUM, GLUCOSE, INR),
            *LABORATORY,
        )
    }
)
BY_LOINC: Mapping[str, Observable] = MappingProxyType({code: one for one in OBSERVABLES.values() for code in one.loinc})

__all__ = [
    "BY_LOINC",
    "CREATININE",
    "CREATININE_CLEARANCE",
    "EGFR",
    "GLUCOSE",
    "HEIGHT",
    "INR",
    "OBSERVABLES",
    "POTASSIUM",
    "SODIUM",
    "WEIGHT",
    "Implausible",
    "Observable",
]
