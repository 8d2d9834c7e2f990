"""QT interval corrected for heart rate, by Fridericia and by Bazett.

Sources: Fridericia LS. Die Systolendauer im Elektrokardiogramm bei normalen Menschen und bei Herzkranken. Acta Med
Scand 1920;53:469-486 (QT divided by the cube root of RR); Bazett HC. An analysis of the time-relations of
electrocardiograms. Heart 1920;7:353-370 (QT divided by the square root of RR), with RR in seconds. Bazett overcorrects
at fast rates and undercorrects at slow ones; neither holds in atrial fibrillation or with a wide QRS.
"""

from __future__ import annotations

from cds_service.tools import Formula, within

FORMULA = Formula(
    method="Fridericia",
    words="QT ÷ ∛(60 ÷ heart rate)",
    caution="not in atrial fibrillation or with a wide QRS",
    source="Fridericia, Acta Med Scand 1920;53:469-486",
)


def fridericia(qt_ms: float, heart_rate_per_min: float) -> float:
    """QTc in ms. qt_ms: 200 to 800; heart_rate_per_min: 30 to 200. Raises CannotCompute otherwise."""
    return float(_qt(qt_ms) / _rr_seconds(heart_rate_per_min) ** (1 / 3))


def bazett(qt_ms: float, heart_rate_per_min: float) -> float:
    """QTc in ms. qt_ms: 200 to 800; heart_rate_per_min: 30 to 200. Raises CannotCompute otherwise."""
    return float(_qt(qt_ms) / _rr_seconds(heart_rate_per_min) ** 0.5)


def _qt(qt_ms: float) -> float:
    return within(qt_ms, 200, 800, "QT interval (ms)")


def _rr_seconds(heart_rate_per_min: float) -> float:
    return 60 / within(heart_rate_per_min, 30, 200, "heart rate for a corrected QT (per minute)")
