"""Other ways to ask the same question: the sets that people will bring are not written from templates.

Phrasings are ours. `{focus}` is what is asked about. A kind that is not listed keeps the question as it was published;
the others have wordings in `matters.txt`, too.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from model_export.reranking.wordings import composed

PHRASINGS: Mapping[str, tuple[str, ...]] = {
    "information": (
        "{focus}",
        "what does {focus} mean",
        "Can you tell me about {focus}?",
        "I would like general information on {focus}.",
        "my doctor says it is {focus}, what is that?",
        "overview of {focus}",
        "What happens in the body with {focus}?",
    ),
    "symptoms": (
        "{focus} symptoms",
        "How do I know if I have {focus}?",
        "signs of {focus}",
        "What does {focus} feel like?",
        "what are early warning signs of {focus} in my child",
        "I feel unwell and wonder whether it could be {focus}. What would I notice?",
    ),
    "treatment": (
        "how is {focus} treated",
        "{focus} therapy options",
        "Is there a cure for {focus}?",
        "what medicine helps with {focus}",
        "My mother was told she has {focus}. What can be done about it?",
        "best way to manage {focus} at home",
        "Does {focus} need surgery?",
    ),
    "frequency": (
        "how common is {focus}",
        "How many people have {focus}?",
        "is {focus} rare",
        "prevalence of {focus}",
    ),
    "genetic changes": (
        "which gene causes {focus}",
        "{focus} mutation",
        "What genes are involved in {focus}?",
        "genetics of {focus}",
    ),
    "inheritance": (
        "is {focus} hereditary",
        "Can I pass {focus} on to my children?",
        "does {focus} run in families",
        "how is {focus} inherited",
    ),
    "causes": (
        "why do people get {focus}",
        "cause of {focus}",
        "What brings on {focus}?",
        "where does {focus} come from",
    ),
    "exams and tests": (
        "tests for {focus}",
        "How do doctors find out that it is {focus}?",
        "diagnosing {focus}",
        "which blood test shows {focus}",
    ),
    "research": (
        "clinical trials for {focus}",
        "new studies on {focus}",
        "Is anybody doing research into {focus}?",
    ),
    "outlook": (
        "prognosis of {focus}",
        "How long can one live with {focus}?",
        "does {focus} go away",
        "life expectancy with {focus}",
    ),
    "susceptibility": (
        "who gets {focus}",
        "risk factors for {focus}",
        "Am I likely to get {focus}?",
    ),
    "considerations": (
        "what should I know about living with {focus}",
        "things to keep in mind with {focus}",
        "diet and {focus}",
    ),
    "prevention": (
        "how to avoid {focus}",
        "preventing {focus}",
        "Can {focus} be prevented?",
    ),
    "stages": (
        "stages of {focus}",
        "How far can {focus} have spread?",
    ),
    "complications": (
        "complications of {focus}",
        "What can go wrong with {focus}?",
    ),
}
PUBLISHED, LISTED = 0.4, 0.15  # how often the question stays as it was published, and is one of those above


def asked(question: str, kind: str, focus: str, chance: random.Random) -> str:
    """One way to ask: the published question, a phrasing of ours, or a composed one; some all in small letters."""
    lot = chance.random()
    if kind not in PHRASINGS or lot < PUBLISHED:
        return question
    if lot < PUBLISHED + LISTED:
        words = chance.choice(PHRASINGS[kind]).format(focus=focus)
    else:
        words = composed(kind, focus, chance)
    return words.lower() if chance.random() < 0.3 else words
