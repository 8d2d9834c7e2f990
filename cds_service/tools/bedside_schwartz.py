"""eGFR of a child from serum creatinine and height by the bedside Schwartz equation.

Source: Schwartz GJ, Munoz A, Schneider MF, et al. New equations to estimate GFR in children with CKD. J Am Soc Nephrol
2009;20:629-637, doi:10.1681/ASN.2008030287:

    eGFR = 0.413 x height / Scr

with height in cm and Scr in mg/dL by an enzymatic, IDMS-traceable assay. Derived from children aged 1 to 16 years with
chronic kidney disease and a GFR of 15 to 75; above that range it is less exact. Not for infants under one year.
"""

from __future__ import annotations

from cds_service.tools import within


def egfr_of_child(creatinine_mg_dl: float, height_cm: float, age_years: float) -> float:
    """eGFR in mL/min/1.73 m2, not rounded.

    creatinine_mg_dl: 0.1 to 30. height_cm: 45 to 220. age_years: 1 to below 18. Raises CannotCompute for anything else.
    """
    creatinine = within(creatinine_mg_dl, 0.1, 30, "serum creatinine (mg/dL)")
    height = within(height_cm, 45, 220, "height in cm for the bedside Schwartz equation")
    within(age_years, 1, 17.999, "age in years for the bedside Schwartz equation")
    return 0.413 * height / creatinine
