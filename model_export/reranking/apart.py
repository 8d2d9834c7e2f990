"""Phrasings that the training never sees, to measure on: two families of questions, left out by being kept apart.

APART was written after the listed phrasings of `questions.py` and before the composed ones, with other words and other
sentences. AFAR was written after both, and further away: the matter by another name, or told by a situation and not
named. Nothing was mended on either. `{focus}` is what is asked about. A test holds them against all that is trained on.
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

AFAR: Mapping[str, tuple[str, ...]] = {
    "information": (
        "the lowdown on {focus}",
        "never came across {focus} in twenty years of practice, brief me",
        "{focus} for beginners",
    ),
    "symptoms": (
        "pathognomonic findings, {focus}",
        "what brings somebody with {focus} to the clinic",
        "which picture at the bedside should ring a bell for {focus}",
    ),
    "treatment": (
        "regimen for an adult, {focus}",
        "fresh case of {focus}: what goes on the script",
        "can somebody with {focus} be made well, and by what means",
    ),
    "frequency": (
        "is {focus} an orphan disorder",
        "one in fifty or one in a million: {focus}",
        "will a village GP ever meet {focus}",
    ),
    "genetic changes": (
        "culprit locus in {focus}",
        "what must a sequencing panel for {focus} hold",
        "what has gone astray on the chromosomes in {focus}",
    ),
    "inheritance": (
        "carrier couples and {focus}",
        "our firstborn has {focus} and we want another baby",
        "pedigree of relatives with {focus}",
    ),
    "causes": (
        "pathogenesis, {focus}",
        "was {focus} brought on by something I did?",
        "what is at the bottom of {focus}",
    ),
    "exams and tests": (
        "biopsy, bloods or endoscopy: {focus}",
        "how is a hunch of {focus} clinched",
        "which samples settle whether it really is {focus}",
    ),
    "research": (
        "what is in the pipeline for {focus}",
        "experimental arms open to somebody with {focus}",
        "where is the field heading with {focus}",
    ),
    "outlook": (
        "five-year survival, {focus}",
        "is {focus} terminal",
        "how many good years are left after {focus}",
    ),
    "susceptibility": (
        "who is prone to {focus}",
        "predisposing features, {focus}",
        "whom on my list must I watch for {focus}",
    ),
    "considerations": (
        "coping with {focus}",
        "lifestyle hints, {focus}",
        "sent home with {focus}: dos and don'ts",
    ),
    "prevention": (
        "warding off {focus}",
        "travelling soon and afraid of {focus}, anything beforehand?",
        "how not to end up with {focus}",
    ),
    "stages": (
        "TNM, {focus}",
        "localised or advanced: what are the names for it in {focus}",
        "extent of {focus}, step by step",
    ),
    "complications": (
        "sequelae of {focus}",
        "knock-on effects of {focus}",
        "what trouble does {focus} make years afterwards",
    ),
}
UNSEEN: Mapping[str, Mapping[str, tuple[str, ...]]] = {"apart": APART, "further away": AFAR}


def rephrased(kind: str, focus: str, published: str, phrasings: Mapping[str, tuple[str, ...]]) -> str:
    """A question of this kind about `focus`, always the same one; a kind without phrasings keeps the published one."""
    if kind not in phrasings:
        return published
    return Random(f"{kind} {focus}").choice(phrasings[kind]).format(focus=focus)  # noqa: S311 - no secret hangs on it
