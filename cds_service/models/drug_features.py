"""The numbers by which the drug linker judges a candidate. Training and service both take them from here.

Adding, removing or reordering one makes old weights wrong: `FEATURES` is compared with the width of the ONNX input.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cds_service.models.drug_candidates import Candidate
from cds_service.models.spelling import (
    common_prefix,
    consonants,
    dice,
    edits,
    jaro_winkler,
    osa,
    sound,
)

FEATURES = (
    "similarity",
    "edit_count",
    "over_runner_up",
    "runner_up",
    "over_other_drug",
    "other_drug",
    "over_common_word",
    "common_word",
    "jaro_winkler",
    "letter_pairs",
    "consonants",
    "same_consonants",
    "sound",
    "same_sound",
    "same_letters",
    "same_first_letter",
    "common_prefix",
    "common_suffix",
    "length_difference",
    "name_length",
    "written_length",
    "vowel_edits",
    "doubled_edits",
    "keyboard_edits",
    "first_edit",
    "name_words",
    "word_difference",
    "known_words",
    "looks_of_written",
    "looks_of_name",
    "wrong_words_beside",
    "name_words_beside",
    "starts_text",
    "dose_follows",
    "dose_in_text",
    "words_in_text",
)

_UNIT = r"(?:mg|mcg|g|gm|ml|units?|u|iu|meq|%|puffs?|tab\w*|cap\w*|drops?|gtts?|spray\w*|patch\w*)"
_DOSE_NEXT = re.compile(rf"[\s,:(-]{{0,3}}\d[\d.,/-]*|[\s,]{{0,2}}{_UNIT}\b", re.IGNORECASE)
_DOSE = re.compile(rf"\d\s*{_UNIT}(?![a-z])", re.IGNORECASE)

Features = NDArray[np.float32]


def features(text: str, candidates: Sequence[Candidate]) -> Features:
    """One row per candidate, one column per name in FEATURES; float32, all finite, roughly within -1 to 1."""
    context = [bool(_DOSE.search(text)), min(len(text.split()), 20) / 20]
    rows = [_spelling(found) + _place(text, found) + context for found in candidates]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(FEATURES))


_FLAGS = [FEATURES.index(name) for name in FEATURES if name.startswith(("same_", "starts_", "dose_"))]
_SIMILARITY = FEATURES.index("similarity")
_LEADS = [
    (FEATURES.index(f"over_{rival}"), FEATURES.index(rival)) for rival in ("runner_up", "other_drug", "common_word")
]
_LENGTH = FEATURES.index("words_in_text")
_SHORT = 3 / 20  # three words: name, dose, unit
_MOST = 2.0
_TOLERANCE = 1e-4


def usable(rows: Features) -> NDArray[np.bool_]:
    """Which rows can be features at all: numbers within their range, flags that are 0 or 1, leads that add up.

    A network is as sure of nonsense as of anything: what is missing, out of range or in another order is not asked.
    """
    with np.errstate(invalid="ignore"):
        fit = np.isfinite(rows).all(axis=1) & (np.abs(rows) <= _MOST).all(axis=1)
        fit &= np.isin(rows[:, _FLAGS], (0.0, 1.0)).all(axis=1)
        for lead, rival in _LEADS:
            fit &= np.abs(rows[:, _SIMILARITY] - rows[:, rival] - rows[:, lead]) < _TOLERANCE
    return fit


def in_short_text(rows: Features) -> Features:
    """The rows as they would be if the text had no more than three words."""
    short = rows.copy()
    short[:, _LENGTH] = np.minimum(rows[:, _LENGTH], _SHORT)
    return short


def _spelling(found: Candidate) -> list[float]:
    name, written = found.name.key, found.window.key
    changed = edits(name, written)
    bare_name, bare_written = consonants(name), consonants(written)
    name_sound, written_sound = sound(name), sound(written)
    longest = max(len(name), len(written))
    return [
        found.similarity,
        min(changed.count, 6) / 6,
        found.similarity - found.runner_up,
        found.runner_up,
        found.similarity - found.other_drug,
        found.other_drug,
        found.similarity - found.common_word,
        found.common_word,
        jaro_winkler(name, written),
        dice(name, written),
        osa(bare_name, bare_written),
        bare_name == bare_written,
        osa(name_sound, written_sound),
        name_sound == written_sound,
        sorted(name) == sorted(written),
        name[0] == written[0],
        common_prefix(name, written) / longest,
        common_prefix(name[::-1], written[::-1]) / longest,
        (len(written) - len(name)) / longest,
        min(len(name), 20) / 20,
        min(len(written), 20) / 20,
        changed.vowel,
        changed.doubled,
        changed.keyboard,
        changed.first_place,
    ]


def _place(text: str, found: Candidate) -> list[float]:
    start, end = found.window.span
    return [
        found.name.words / 3,
        (found.window.words - found.name.words) / 3,
        found.window.known / 3,
        *found.looks,
        *(min(count, 4) / 4 for count in found.beside),
        not text[:start].strip(),
        bool(_DOSE_NEXT.match(text, end)),
    ]
