"""Home medications that a sentence names: taken, or no longer taken.

What was given here, ordered now, tried once or only considered is no home medication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.terminology.lexicon import Mention
from cds_service.terminology.notes import medication_cues as cues
from cds_service.terminology.notes.around import Around
from cds_service.terminology.notes.layout import Sentence
from cds_service.terminology.notes.mention import NoteMention

# Names that social histories and laboratories hold, and that nobody prescribes for home.
_NOT_MEDICINES = frozenset(
    {
        *(
            "alcohol",
            "ethanol",
            "caffeine",
            "nicotine",
            "tobacco",
            "cocaine",
            "cannabis",
            "marijuana",
            "heroin",
            "oxygen",
        ),
        *(
            "fentanyl",
            "amphetamine",
            "methamphetamine",
            "water",
            "glucose",
            "sodium",
            "chloride",
            "potassium",
            "calcium",
        ),
        *("iron", "protein", "lactate", "urea", "creatinine", "bilirubin", "albumin", "cortisol", "program"),
    }
)
_ALWAYS_FINE = frozenset({"medications"})


def read(sentence: Sentence, named: Sequence[Mention]) -> Iterator[NoteMention]:
    """Medications among `named` that are taken at home, or that were stopped."""
    named = _combined(sentence.text, named)
    for at, one in enumerate(named):
        if one.text.lower() in _NOT_MEDICINES:
            continue
        following = named[at + 1].span[0] if at + 1 < len(named) else len(sentence.text)
        said = Around(_own(sentence, one, following), one.span)
        if said.family or (said.supposed and sentence.section not in _ALWAYS_FINE):
            continue
        says = _says(sentence, said, named[:at])
        if says is None:
            continue
        stated = cues.DIRECTIONS.match(sentence.text[one.span[1] : following])
        yield NoteMention(
            "medication",
            "stopped" if says == "stopped" else "has",
            one.text,
            sentence.text,
            one.span,
            drugs=one.rxcuis,
            directions=re.sub(r"\s+(?:and|or|for|with)\s*$|[\s.]+$", "", stated[1]).strip() if stated else "",
        )


def _combined(text: str, named: Sequence[Mention]) -> list[Mention]:
    """ "amoxicillin 250 mg / clavulanate 125 mg oral tablet" is one product of two ingredients."""
    joined: list[Mention] = []
    for one in named:
        before = joined[-1] if joined else None
        if (
            before is not None
            and one.rxcuis == before.rxcuis
            and cues.BRAND.fullmatch(text, before.span[1], one.span[0])
        ):
            continue  # "atorvastatin (LIPITOR)" is named twice
        if before is not None and cues.PART.fullmatch(text, before.span[1], one.span[0]):
            span = (before.span[0], one.span[1])
            rxcuis = tuple(dict.fromkeys((*before.rxcuis, *one.rxcuis)))
            joined[-1] = replace(before, span=span, text=text[slice(*span)], rxcuis=rxcuis)
        else:
            joined.append(one)
    return joined


def _own(sentence: Sentence, one: Mention, following: int) -> Sentence:
    """Without what follows after a name's own dose: in "amlodipine 10, simvastatin stopped" one was stopped."""
    if re.match(r"\s*\d", sentence.text[one.span[1] :]):
        return Sentence(sentence.text[:following], sentence.start, sentence.section)
    return sentence


def _says(sentence: Sentence, said: Around, ahead: Sequence[Mention]) -> str | None:
    """`has`, `stopped`, or None: it says nothing about what is taken at home."""
    if sentence.section == "stopped" or cues.STOPPED_BEFORE.search(said.before) or cues.STOPPED_AFTER.match(said.after):
        return "stopped"
    if said.denied or cues.NOT_NOW_AFTER.match(said.after):
        return None
    if sentence.section == "medications":
        return None if cues.NOT_NOW.search(said.before) else "has"
    if sentence.section in ("here", "allergies"):
        return None
    if sentence.section in ("", "past") and _stands_alone(said):
        return "has"
    if cues.SWITCHED.search(said.before) and re.match(r"\s*\d", said.after):
        return "has"
    cue = _last(cues.TAKES, said.before)
    if cue is None:
        return None
    if cues.NOT_NOW.search(said.before[max(0, cue.start() - 40) :]):
        return None
    if sentence.section == "plan" and not re.match(r"(?:cont|resum|home)", cue[0]):
        return None
    return "has" if _is_list(sentence.text[cue.end() : len(said.before)], cue.end(), ahead) else None


def _stands_alone(said: Around) -> bool:
    """ "Hypertension - amlodipine 5 mg daily": a drug with how much and how often, and no word of a start."""
    behind = cues.REGULAR.match(said.after)
    return bool(
        behind and cues.ALONE.search(said.before) and not cues.NOT_NOW.search(said.before) and " iv" not in behind[0]
    )


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for found in pattern.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return found


def _is_list(between: str, offset: int, ahead: Sequence[Mention]) -> bool:
    """True when between the cue and the mention stand only other names, doses and the words that join a list."""
    kept = list(between)
    for one in ahead:
        for place in range(max(one.span[0] - offset, 0), max(one.span[1] - offset, 0)):
            if place < len(kept):
                kept[place] = " "
    text = re.sub(r"\([^)]*\)", " ", "".join(kept))
    text = re.sub(
        r"\b(?:a|an|the|his|her|their|only|also|both|daily|baby|low|high|dose|of|and|or|plus|with|mg|mcg|g|ml|"
        r"units?|tabs?|tablets?|caps?|capsules?|puffs?|once|twice|three|two|one|times|a|day|night|nightly|morning|"
        r"evening|bedtime|weekly|week|every|hours?|as|needed|prn|bid|tid|qid|qd|qhs|q\d+h|po|by|mouth|oral|at|in|"
        r"long-?acting|extended|release|er|xr|xl|sr|home|otc|over-the-counter|inhaler|for|regular|regularly|"
        r"occasional|occasionally|generic|injections?|drops?|cream|patch|\d[\d.,/]*\w*)\b",
        " ",
        text,
        flags=re.IGNORECASE,
    )
    return len(re.findall(r"[A-Za-z]{2,}", text)) <= 3 and not re.search(r"[.;]|\bbut\b|\bthen\b", text)
