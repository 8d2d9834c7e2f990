"""Total phenytoin corrected for albumin by the Sheiner-Tozer equation.

Source: Sheiner LB, Tozer TN. Clinical pharmacokinetics: the use of plasma concentrations of drugs. In: Melmon KL,
Morrelli HF, editors. Clinical Pharmacology. New York: Macmillan; 1978:71-109:

    corrected = measured / (0.2 x albumin + 0.1), with a creatinine clearance under 10 mL/min / (0.1 x albumin + 0.1)

with concentrations in ug/mL and albumin in g/dL. It is no substitute for a free level, and does not hold with
valproate, which displaces phenytoin.
"""

from __future__ import annotations

from cds_service.tools import Formula, within

FORMULA = Formula(
    words="phenytoin ÷ (0.2 × albumin + 0.1)",
    caution="not with valproate or a creatinine clearance under 10 mL/min",
    source="Sheiner and Tozer 1978",
)


def corrected_phenytoin(total_ug_ml: float, albumin_g_dl: float, *, kidney_failure: bool = False) -> float:
    """ug/mL that would be found at a normal albumin.

    total_ug_ml: 0.5 to 100; albumin_g_dl: 0.5 to 6. `kidney_failure`: creatinine clearance under 10 mL/min. Raises
    CannotCompute otherwise.
    """
    total = within(total_ug_ml, 0.5, 100, "phenytoin (ug/mL)")
    bound = (0.1 if kidney_failure else 0.2) * within(albumin_g_dl, 0.5, 6, "albumin (g/dL)")
    return total / (bound + 0.1)
