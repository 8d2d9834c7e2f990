"""Reads what a sentence says of a mention, by cues and their reach, in the manner of NegEx and ConText.

A cue ahead of the mention speaks of it unless an end stands between; a cue behind it must be near and in the same
clause. A mention that itself begins with a denial ("no known drug allergies") is denied. Pure: text in, flags out.

Source of the method: Chapman and colleagues, J Biomed Inform 2001 (NegEx); Harkema and colleagues, J Biomed Inform 2009
(ConText). The cues are our own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cds_service.terminology.assertion.background import is_background, is_habit
from cds_service.terminology.assertion.clauses import is_new_finding, is_of_now, is_own_clause
from cds_service.terminology.assertion.cues import Cues
from cds_service.terminology.assertion.family import FAMILY
from cds_service.terminology.assertion.history import HISTORY
from cds_service.terminology.assertion.negation import NEGATION
from cds_service.terminology.assertion.supposition import SUPPOSED

_DENIAL_INSIDE = re.compile(r"(?:none|no|not|denie[sd]|without|absence of|negative for)\b(?! (?:longer|doubt))")
_PAST_INSIDE = re.compile(
    r"\b(?:status post|s/p|history of|h/o|known|long-?standing|past|previous|prior|old|remote|"
    r"post-?menopausal|chronically|former|allerg(?:y|"
    r"ies))\b|\b(?:19|20)\d\d$"
)
_SUPPOSED_INSIDE = re.compile(r"(?:possible|probable|suspected|questionable|presumed|likely)\b")
# "concern for meningitis, but the puncture was normal and this was ruled out"
_TAKEN_UP = re.compile(
    r"[^.;]{1,90}\b(?:this|it|that|both|these) (?:was|were|has been|have been) (?:\w+ )?(?:ruled out|excluded)\b"
)
# Under these headings everything is about the past, whoever says it.
_PAST_HEADING = re.compile(
    r"(?:^|[.\s])(?:(?:social|past medical|past surgical|surgical|psychiatric) history|allergies)\s?[:-]"
)
_FAMILY_HEADING = re.compile(r"(?:^|[.\s])(?:family (?:medical )?(?:history|hx)|fhx?)\s?[:-]")
_ANY_HEADING = re.compile(
    r"[.\s](?:physical exam\w*|review of systems|impression|medications|hospital course|plan)\s?:"
)
_AFTER_FAMILY = re.compile(f"{_ANY_HEADING.pattern}|{_PAST_HEADING.pattern}")
_CONDITION = re.compile(r"\b(?:once|until|when(?! (?:he|she|they|it|the patient) (?:had|was))|if|unless)\b[^,.;]*$")
# "pain, which has now resolved"
_ENDED = (
    r" (?:has|have|had|is|was|are|were)(?: now| since| all| completely| subsequently| largely)? "
    r"(?:resolved|gone|stopped)"
)
_CLAUSE_END = re.compile(
    rf";|\. |,? (?:but(?! (?:this|it|these|they|that){_ENDED})|however|although|"
    rf"and (?:he|she|there|the patient)|who|which(?!{_ENDED}))\b"
)
_WORD = re.compile(r"[\w'/-]+")


@dataclass(frozen=True, slots=True)
class Assertion:
    """What is said of one mention: a resolved finding is negated, "no history of" is negated and historical. Only what
    is supposed depends on another: what is denied is not supposed."""

    negated: bool
    historical: bool
    family: bool
    hypothetical: bool


def read_assertion(sentence: str, span: tuple[int, int]) -> Assertion:
    """What `sentence` says of its characters `span` (start, end)."""
    text = sentence.lower().replace("\u2019", "'")
    before, mention, after = text[: span[0]], text[slice(*span)], text[span[1] :]
    supposed = _speaks(SUPPOSED, before, after)
    negated = (
        bool(_DENIAL_INSIDE.match(mention))
        or (_reaches_forward(NEGATION, before) and not is_new_finding(before, mention, after))
        or (not _CONDITION.search(before) and _reaches_back(NEGATION, after))
        or (supposed and bool(_TAKEN_UP.match(after)))
    )
    return Assertion(
        negated=negated,
        historical=bool(_PAST_INSIDE.search(mention))
        or _under_heading(_PAST_HEADING, _ANY_HEADING, before)
        or _reaches_back(HISTORY, after)
        or (_reaches_forward(HISTORY, before) and not is_of_now(mention) and not is_own_clause(before, after))
        or is_habit(mention)
        or is_background(before, mention, after),
        family=_under_heading(_FAMILY_HEADING, _AFTER_FAMILY, before) or _speaks(FAMILY, before, after),
        # What was thought of, and then denied, is supposed no more.
        hypothetical=not negated and (supposed or bool(_SUPPOSED_INSIDE.match(mention))),
    )


def _under_heading(named: re.Pattern[str], end: re.Pattern[str], before: str) -> bool:
    heading = named.search(before)
    return heading is not None and not end.search(before, heading.end())


def _speaks(cues: Cues, before: str, after: str) -> bool:
    return _reaches_forward(cues, before) or _reaches_back(cues, after)


def _reaches_forward(cues: Cues, before: str) -> bool:
    """True when the last cue in `before` is not closed before the mention."""
    plain = _blanked(cues.void, before)
    found = [match.end() for match in cues.ahead.finditer(plain)]
    return any(not cues.end.search(plain, at) for at in found[-3:])


def _reaches_back(cues: Cues, after: str) -> bool:
    plain = _blanked(cues.void, after)
    clause = _CLAUSE_END.split(plain, maxsplit=1)[0]
    match = cues.behind.search(clause)
    return match is not None and len(_WORD.findall(clause[: match.start()])) <= cues.near


def _blanked(void: re.Pattern[str], text: str) -> str:
    """The text with phrases that only look like cues blanked out, so that places stay where they are."""
    return void.sub(lambda match: "\u00b7" * len(match[0]), text)
