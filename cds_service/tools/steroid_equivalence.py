"""The dose of prednisone that a dose of another corticosteroid equals in its glucocorticoid effect.

Source: Liu D, Ahmet A, Ward L, et al. A practical guide to the monitoring and management of the complications of
systemic corticosteroid therapy. Allergy Asthma Clin Immunol 2013;9:30, doi:10.1186/1710-1492-9-30, table of relative
potencies: hydrocortisone 20 mg, prednisone and prednisolone 5 mg, methylprednisolone and triamcinolone 4 mg,
dexamethasone 0.75 mg, betamethasone 0.6 mg are equal. For systemic doses only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cds_service.tools import CannotCompute, within

EQUAL_DOSES_MG: Mapping[str, float] = MappingProxyType(
    {
        "betamethasone": 0.6,
        "dexamethasone": 0.75,
        "hydrocortisone": 20.0,
        "methylprednisolone": 4.0,
        "prednisolone": 5.0,
        "prednisone": 5.0,
        "triamcinolone": 4.0,
    }
)


def as_prednisone(steroid: str, dose_mg: float) -> float:
    """mg of prednisone equal to dose_mg (0 to 5,000) of a steroid. Raises CannotCompute for one that is not listed."""
    if steroid not in EQUAL_DOSES_MG:
        raise CannotCompute("no equivalent dose is known for this steroid")
    return within(dose_mg, 0, 5_000, "dose of a steroid (mg)") * EQUAL_DOSES_MG["prednisone"] / EQUAL_DOSES_MG[steroid]
