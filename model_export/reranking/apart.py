"""Phrasings that the training never sees, to measure on: a family of questions that is left out by being kept apart.

Written after `questions.py`, with other words and other sentences; `{focus}` is what is asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

APART: Mapping[str, tuple[str, ...]] = {
    "information": ("please explain {focus} to me", "a short introduction to {focus}, for a student"),
    "symptoms": ("which complaints point to {focus}", "how would {focus} show itself at first?"),
    "treatment": (
        "what is usually prescribed for {focus}",
        "we look after a man with {focus}; which options are there",
    ),
    "frequency": ("out of 100,000, who has {focus}? I need a figure", "incidence figures, {focus}"),
    "genetic changes": ("molecular defect behind {focus}", "is there a variant responsible for {focus}"),
    "inheritance": ("recessive or dominant: {focus}", "risk for brothers and sisters of a person with {focus}"),
    "causes": ("etiology of {focus}", "what lies behind {focus}?"),
    "exams and tests": ("workup when {focus} is suspected", "how can one confirm or rule out {focus}"),
    "research": ("is anything being studied in {focus} at present", "ongoing trials, {focus}, where to enrol"),
    "outlook": ("what can be expected in the long run with {focus}", "do patients recover from {focus}?"),
    "susceptibility": ("people in danger of developing {focus}", "does age or sex matter for getting {focus}"),
    "considerations": ("daily life after a diagnosis of {focus}", "advice for families of somebody with {focus}"),
    "prevention": ("steps that keep {focus} away", "anything to lower the odds of {focus}?"),
    "stages": ("how is {focus} staged", "what does the spread of {focus} depend on"),
    "complications": ("late harm from {focus}", "which further problems does {focus} lead to"),
}


def apart(kind: str, focus: str, published: str) -> str:
    """A question of this kind about `focus`, always the same one; a kind without phrasings keeps the published one."""
    if kind not in APART:
        return published
    return Random(f"{kind} {focus}").choice(APART[kind]).format(focus=focus)  # noqa: S311 - no secret hangs on it
