"""Morphine milligram equivalents (MME) of a day's opioids.

Source: Dowell D, Ragan KR, Jones CM, Baldwin GT, Chou R. CDC clinical practice guideline for prescribing opioids for
pain, United States, 2022. MMWR Recomm Rep 2022;71(RR-3):1-95, doi:10.15585/mmwr.rr7103a1, table of conversion factors.

The factors of 2022 replace older ones (methadone, hydromorphone, tramadol). They measure risk: they are not for
changing one opioid into another. Buprenorphine, and opioids that the table does not list, have no
factor and are not counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cds_service.tools import CannotCompute, within

# Per mg a day by mouth; transdermal fentanyl per microgram an hour.
FACTORS: Mapping[str, float] = MappingProxyType(
    {
        "codeine": 0.15,
        "fentanyl transdermal": 2.4,
        "hydrocodone": 1.0,
        "hydromorphone": 5.0,
        "methadone": 4.7,
        "morphine": 1.0,
        "oxycodone": 1.5,
        "oxymorphone": 3.0,
        "tapentadol": 0.4,
        "tramadol": 0.2,
    }
)


def morphine_equivalents(opioid: str, amount: float) -> float:
    """MME a day of `amount` mg a day by mouth, or of `amount` micrograms an hour for "fentanyl transdermal".

    amount: 0 to 10,000. Raises CannotCompute for an opioid without a factor.
    """
    if opioid not in FACTORS:
        raise CannotCompute("the CDC table of 2022 gives no factor for this opioid and route")
    return within(amount, 0, 10_000, "the daily dose of an opioid") * FACTORS[opioid]
