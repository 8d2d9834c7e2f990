"""Long-standing conditions that a sentence names, as this patient's.

What is denied, another's, or only supposed is left out; what has resolved is `none`. A line of a past history makes a
condition `past`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cds_service.terminology.lexicon import Mention
from cds_service.terminology.notes.around import Around
from cds_service.terminology.notes.layout import Sentence
from cds_service.terminology.notes.mention import NoteMention

VOID = "-"  # the key of names that only look like a condition: "ST depression"
_PAST_WORDS = re.compile(
    r"\b(?:history|hx|h/o|pmhx?|past medical|previous(?:ly)?|prior|remote|s/p|status post|had (?:a|an|two|one))\b"
)
_WHEN = re.compile(r"[^,;.]{0,20}?\b(?:(?:19|20)\d\d|(?:years?|months?) ago|in the past)\b")
_GONE_BEFORE = re.compile(
    r"\b(?:resolved|outgrew|outgrown|former|cured|childhood|gestational|transient|self-limited|treated and cured|"
    r"ruled out|misdiagnosed (?:with|as)|remote history of resolved|previously (?:thought|believed) to have|"
    r"no longer has|transplant\w*(?: [\w-]+){0,3} for)\b[^.;,]*$"
)
_GONE_AFTER = re.compile(
    r"[^.;]{0,60}?(?:\b(?:cured|svr\w*|sustained virologic|s/p (?:rai|radioactive iodine|radioiodine|"
    r"thyroidectomy)))\b|,?[^.;,]{0,60}?\b(?:resolved|outgrew|outgrown|as a (?:child|kid|baby|teen\w*)|"
    r"in childhood|when (?:he|she|they|i) w(?:as|ere) (?:a |\d|young|little)|during (?:\w+ )?pregnanc\w+|(?:(?:was|"
    r"were|been) )?(?:ruled out|excluded)|(?:was|were) (?:incorrect|wrong)|no longer (?:has|present|an issue|needs|"
    r"requires|meets)|has not recurred|went away|disproven|did not confirm)\b"
)
# Not gone: it stays on the list, as what it is.
_REMISSION = re.compile(r"[^.;]{0,30}?\bin (?:\w+ )?remission\b")
_ALL_GONE = re.compile(r"\b(?:both|all)(?: of which| have| are| now| since)* (?:resolved|cured|in remission)\b")
# What follows makes it a test, a service, a risk or a reason and no statement that the patient has it.
_NO_STATEMENT = re.compile(
    r"[ -](?:prevention|prophylaxis|screen\w*|risk\b|clinic|education|awareness|vaccin\w+|test(?:ing)?|panel|"
    r"work-?up|precautions|counsel\w+|specialist|nurse|educator|questionnaire|scale|inventory|score|support group|"
    r"foundation|study|trial|guidelines?|registry|camp|walk|research|(?:is )?(?:a |one )?(?:possib\w+|unlikely)|"
    r"(?:is )?(?:highly |very |most |more )?likely\b|in (?:(?:his|her|the) )?(?:family|mother|father|sister|"
    r"brother)|[\w ]{0,40}\(procedure\)|infected (?:partner|husband|wife|mother)|tenderness)|\?|"
    r"[^.;]{0,24}\b(?:raises?|increases?|can (?:cause|lead)|may (?:cause|lead)|means that)\b"
)
_UNCERTAIN = re.compile(
    r"(?:\?|\b(?:question of|query|likely|presumed|provisional|borderline|pre-?|early signs of|fear of))\s*$"
)


def read(sentence: Sentence, named: Sequence[Mention]) -> Iterator[NoteMention]:
    """The conditions among `named` that the patient has, or has had."""
    for at, one in enumerate(named):
        if VOID in one.rxcuis:
            continue
        following = named[at + 1].span[0] if at + 1 < len(named) else len(sentence.text)
        said = Around(sentence, one.span)
        if sentence.section == "plan" and not _is_problem_line(said):
            continue
        if said.denied or not said.of_this_patient or _only_looks(said):
            continue
        gone = sentence.section == "stopped" or _gone(said, following - one.span[1])
        past = sentence.section == "past" or bool(
            _PAST_WORDS.search(said.before)
            or _WHEN.match(said.after)
            or _REMISSION.match(said.after[: following - one.span[1]])
        )
        for key in one.rxcuis:
            yield NoteMention(
                "condition",
                "none" if gone else "past" if past else "has",
                one.text,
                sentence.text,
                one.span,
                condition=key,
            )


def _gone(said: Around, own: int) -> bool:
    """`own` is how many characters stand before the next condition; "both resolved" reaches back over it."""
    behind = _GONE_AFTER.match(said.after[:own]) or _ALL_GONE.search(said.after)
    return bool(_GONE_BEFORE.search(said.before) or behind)


def _only_looks(said: Around) -> bool:
    return bool(_NO_STATEMENT.match(said.after) or _UNCERTAIN.search(said.before))


def _is_problem_line(said: Around) -> bool:
    """In a plan a condition counts as the head of its line ("2. Hypertension, well controlled"), not in its prose."""
    return len(re.sub(r"[\d.)#*\s-]", "", said.before)) <= 30 and not re.search(
        r"\b(?:if|for|screen\w*|risk|check|avoid|prevent\w*|watch|monitor|return)\b", said.before
    )
