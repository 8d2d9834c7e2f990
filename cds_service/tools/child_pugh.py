"""Child-Pugh class of liver disease.

Source: Pugh RNH, Murray-Lyon IM, Dawson JL, Pietroni MC, Williams R. Transection of the oesophagus for bleeding
oesophageal varices. Br J Surg 1973;60:646-649, doi:10.1002/bjs.1800600817, with INR in place of the prothrombin time as
drug labels use it: bilirubin under 2, 2 to 3, over 3 mg/dL; albumin over 3.5, 2.8 to 3.5, under 2.8 g/dL; INR under
1.7, 1.7 to 2.3, over 2.3; ascites and encephalopathy none, slight (grade 1 to 2), more (grade 3 to 4). 5 to 6 points
are A, 7 to 9 B, 10 to 15 C.
"""

from __future__ import annotations

from typing import Literal

from cds_service.tools import CannotCompute, within

Grade = Literal["none", "slight", "marked"]
_POINTS = {"none": 1, "slight": 2, "marked": 3}


def child_pugh(bilirubin_mg_dl: float, albumin_g_dl: float, inr: float, ascites: Grade, encephalopathy: Grade) -> int:
    """5 to 15 points. bilirubin: 0.1 to 80 mg/dL; albumin: 0.5 to 6 g/dL; INR: 0.5 to 20. Raises CannotCompute."""
    if ascites not in _POINTS or encephalopathy not in _POINTS:
        raise CannotCompute("ascites or encephalopathy is not graded")
    bilirubin = within(bilirubin_mg_dl, 0.1, 80, "bilirubin (mg/dL)")
    albumin = within(albumin_g_dl, 0.5, 6, "albumin (g/dL)")
    ratio = within(inr, 0.5, 20, "INR")
    points = 1 + (bilirubin >= 2) + (bilirubin > 3)
    points += 1 + (albumin <= 3.5) + (albumin < 2.8)
    points += 1 + (ratio >= 1.7) + (ratio > 2.3)
    return points + _POINTS[ascites] + _POINTS[encephalopathy]


def child_pugh_class(points: int) -> Literal["A", "B", "C"]:
    """The class of 5 to 15 points. Raises CannotCompute otherwise."""
    within(points, 5, 15, "Child-Pugh points")
    return "A" if points <= 6 else "B" if points <= 9 else "C"
