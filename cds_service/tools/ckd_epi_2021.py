"""eGFR from serum creatinine by the CKD-EPI 2021 equation, without race.

Source: Inker LA, Eneanya ND, Coresh J, et al. New creatinine- and cystatin C-based equations to estimate GFR without
race. N Engl J Med 2021;385:1737-1749, doi:10.1056/NEJMoa2102953 (creatinine, age and sex):

    eGFR = 142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age [x 1.012 if female]

with Scr in mg/dL (assay traceable to IDMS), k 0.7 and a -0.241 for females, k 0.9 and a -0.302 for males.
Not for children, dialysis, or a creatinine that is changing quickly. The result is indexed to a body surface of
1.73 m2.
"""

from __future__ import annotations

from cds_service.tools import CannotCompute, Formula, within

FORMULA = Formula(
    method="CKD-EPI 2021",
    words="from creatinine, age and sex, without race",
    source="Inker and others, N Engl J Med 2021;385:1737-1749",
)

# By sex: k, a and the factor.
COEFFICIENTS = {"female": (0.7, -0.241, 1.012), "male": (0.9, -0.302, 1.0)}


def egfr(creatinine_mg_dl: float, age_years: float, sex: str | None) -> float:
    """eGFR in mL/min/1.73 m2, not rounded.

    creatinine_mg_dl: 0.1 to 30 mg/dL. age_years: 18 to 120. sex: "female" or "male", as in Patient.gender.
    Raises CannotCompute for anything else; a sex that is not known is never assumed.
    """
    if sex not in COEFFICIENTS:
        raise CannotCompute("sex is not known; the CKD-EPI equation needs female or male")
    creatinine = within(creatinine_mg_dl, 0.1, 30, "serum creatinine (mg/dL)")
    age = within(age_years, 18, 120, "age in years for the CKD-EPI equation")
    kappa, alpha, factor = COEFFICIENTS[sex]
    ratio = creatinine / kappa
    return float(142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938**age * factor)
