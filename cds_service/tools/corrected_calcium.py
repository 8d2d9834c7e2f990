"""Total calcium corrected for albumin.

Source: Payne RB, Little AJ, Williams RB, Milner JR. Interpretation of serum calcium in patients with abnormal serum
proteins. BMJ 1973;4:643-646, in the form with rounded terms that textbooks give:

    corrected calcium = calcium + 0.8 x (4.0 - albumin)

with calcium in mg/dL and albumin in g/dL. In the critically ill and in kidney failure ionised calcium is to be measured
instead.
"""

from __future__ import annotations

from cds_service.tools import Formula, within

FORMULA = Formula(
    words="calcium + 0.8 × (4.0 − albumin)",
    caution="measure ionised calcium in the critically ill",
    source="Payne and others, BMJ 1973;4:643-646",
)


def corrected_calcium(calcium_mg_dl: float, albumin_g_dl: float) -> float:
    """mg/dL. calcium_mg_dl: 3 to 20; albumin_g_dl: 0.5 to 6. Raises CannotCompute otherwise (an albumin in g/L is)."""
    calcium = within(calcium_mg_dl, 3, 20, "calcium (mg/dL)")
    return calcium + 0.8 * (4.0 - within(albumin_g_dl, 0.5, 6, "albumin (g/dL)"))
