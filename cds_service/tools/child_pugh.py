"""Child-Pugh score of cirrhosis. Pugh RN et al., Br J Surg 1973;60:646-649, with INR in place of the prothrombin time.

Five items of 1 to 3 points: bilirubin (<2, 2 to 3, >3 mg/dL), albumin (>3.5, 2.8 to 3.5, <2.8 g/dL), INR (<1.7, 1.7 to
2.3, >2.3), ascites and encephalopathy (none, mild or controlled, severe). 5 to 6 points are class A, 7 to 9 B, 10 and
more C.
"""

from __future__ import annotations

from cds_service.tools import CannotCompute


def child_pugh(bilirubin_mg_dl: float, albumin_g_dl: float, inr: float, ascites: int, encephalopathy: int) -> int:
    """Points, 5 to 15. `ascites` and `encephalopathy`: 0 none, 1 mild or controlled, 2 severe.

    Raises CannotCompute for values outside of what is plausible.
    """
    plausible = 0 < bilirubin_mg_dl <= 80 and 0.5 <= albumin_g_dl <= 7 and 0.5 <= inr <= 30
    if not plausible or ascites not in (0, 1, 2) or encephalopathy not in (0, 1, 2):
        raise CannotCompute("a value is outside the bounds of the Child-Pugh score")
    bilirubin = 1 + (bilirubin_mg_dl >= 2) + (bilirubin_mg_dl > 3)
    albumin = 1 + (albumin_g_dl <= 3.5) + (albumin_g_dl < 2.8)
    clotting = 1 + (inr >= 1.7) + (inr > 2.3)
    return bilirubin + albumin + clotting + (1 + ascites) + (1 + encephalopathy)


def child_pugh_class(points: int) -> str:
    """The class of a score: A, B or C."""
    return "A" if points <= 6 else "B" if points <= 9 else "C"
