"""Home medications that a sentence names: taken, or no longer taken.

What was given here, ordered now, tried once or only considered is no home medication.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.terminology.lexicon import Mention
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
# After these come names of what is taken, as a list. What stands between must be names and their directions.
_TAKES = re.compile(
    r"\b(?:takes?|taking|took (?:his|her|their) (?:usual |morning |daily |home )?|uses?|using|(?:is|are|remains?|"
    r"stays?|been|currently|now|'s|also|patient|pt|he|she|maintained|managed|controlled|stable|treated|well|"
    r"does well|doing well|chronically|(?<!non-)(?<!non)(?<!not )compliant|"
    r"(?<!non-)(?<!non)(?<!not )adherent)(?: (?:chronically|currently|now|also|still|only|well))* (?:on|with|"
    r"w/)(?! (?:no|the (?:floor|unit|ward)))|(?:continu(?:e[sd]?|ing)|"
    r"cont\.?)(?: (?:on|with|to take|home|his|her|current))*|"
    r"resum(?:e|ed|ing)(?: home)?|home (?:dose of|med(?:ication)?s?(?: (?:include|are|of))?)|(?:current |home |"
    r"daily |outpatient )?medications? (?:include|are|consist of|is)|on (?:chronic|long-?term|daily|home|lifelong|"
    r"maintenance|stable|low-dose|prn)|prescribed by|refill(?:s|ed)?(?: (?:of|for|his|her))?|currently|injects?|"
    r"inhales?|(?:his|her|their) (?:home |daily |usual )?(?:dose of )?|reports? (?:taking|use of)|(?:reports?|"
    r"endorses?) (?:daily )"
    r"use of|on)\s+"
)
_NOT_NOW = re.compile(
    r"\b(?:start(?:s|ed|ing)?|begin|began|initiat\w*|will|plans? to|consider\w*|recommend\w*|prescrib(?:e|ed|"
    r"ing)(?! by)|given|gave|receiv\w+|administer\w*|switch\w*|chang\w+ to|add(?:ed|ing)?|trial of|tried|loaded|"
    r"put|placed|history of (?:being|taking|using)|bolus\w*|drip|infusion|intravenous|iv|in the (?:ed|er|field|"
    r"ambulance)|ordered|order|avoid\w*|instead|was treated|recent(?:ly)?|previous(?:ly)?|formerly|in the past|"
    r"used to|was (?:once )?(?:on|taking)|were on|had been|had (?:taken|used)|completed|finished|course of|failed|"
    r"tested|overdose\w*|ingest\w+|allerg\w+|refus\w+|declin\w+|offered|discussed|vaccine|sample|premedicat\w+|"
    r"levels?|interact\w*|candidate for|benefit from|need(?:s|ed)?|requir\w+ (?:a )?dose|wants?|interested in|"
    r"asked? (?:for|about)|request\w*|resistant to|sensitive to|susceptible to)\b"
)
_STOPPED_BEFORE = re.compile(
    r"\b(?<!not )(?:stopped|discontinued|d/c'?e?d|quit|no longer (?:takes?|taking|on|uses?|using|needs?)|not "
    r"(?:currently |been |actually )?(?:taking|on|using)|(?:isn't|hasn't been|has not been|wasn't) (?:taking|on|"
    r"using)|ran out of|run out of|came off|come off|off(?: of)?|self-?discontinued|wean\w*(?: (?:him|her|"
    r"them)self)? off|tapered off|never (?:started|took|filled|picked up)|did not (?:start|fill|take)|holding|held|"
    r"does(?: not|n't) take|denies (?:taking|use of|using))"
    r"(?: (?:taking|using|all|both|his|her|their|the|home|own|of))*\s+(?:(?!after\b|since\b|in\b|on\b|for\b|due\b|"
    r"because\b|\d|use|start|switch|beg[ai]n|now|tak|chang)[\w/-]+(?:,| and| or|, and)? ){0,4}$|[(\[](?:stopped|"
    r"discontinued|d/c'?d|inactive)[)\]]\s*$|"
    r"^\W*(?:stop(?:ped)?|discontinued?|d/c'?d?|hold)\s*:\s*(?:[\w/-]+(?:,| and) )*$"
)
_STOPPED_AFTER = re.compile(
    r"(?:\s*\((?!(?:not|no longer|stopped|held|d/c|"
    r"discontinued))[^)]*\))?(?:[ ,:-]*\d[\w.,/ ]{0,30}?)?[ ,:(>\u2192|/-]*(?:(?:was|were|has been|had been|is|"
    r"been|recently|later|then|now|on hold|since|already|self|both) )*-?(?:stop(?=[,.;)]|$| taking)|(?:and |so |"
    r"then )?(?:switched|changed) to|stopped|discontinued|d/c'?e?d|held|on hold|withdrawn|not taking|"
    r"no longer taking|tapered off|weaned off|ran out|self-?discontinued)\b|"
    r"[^.;\n]{0,60}?(?:\||\s-)\s*(?:discontinued|stopped|inactive|completed)\W*$|[^.;\n]{0,80}?\b(?:not taking|"
    r"has(?: not|n't) (?:filled|taken|used))\b"
)
_NOT_NOW_AFTER = re.compile(
    r"(?:\s*\([^)]*\))?(?: \d[\w.,/ ]{0,24}?)?[ ,]*(?:in the past\b|at that time\b|years? ago|was (?:given|"
    r"administered|started|ordered|added|prescribed today)|(?:was |were )?(?:tried|failed)\b|\w* ?(?:iv|bolus|drip|"
    r"infusion|x ?1\b|once in (?:the )?(?:ed|er))\b|levels?\b|vaccine|resistan\w+|overdose|toxicity|"
    r"(?:last )?(?:year|month)s? ago|without (?:relief|benefit|success)|was ineffective|did not help)|"
    r"[^.;\n]{0,50}?\b(?:until|thru|through|(?:x|for)(?: an?(?: additional)?)? ?(?:\d+|one|two|three|five|seven|"
    r"ten|fourteen)(?: (?:more|additional))?[ -]?"
    r"(?:d|days?|wks?|weeks?)(?: only)?)\b"
)
# A line that is an order of its own: name, strength, how often.
_ALONE = re.compile(r"(?:^|[;,:]|\s[-\u2013])\s*(?:\W*\d{1,2}[.)]\s*)?(?:\w+ ){0,1}$")
_REGULAR = re.compile(
    r"(?: [a-z]{2,12}){0,2} ?\d[\d./,]* ?(?:mg|mcg|g|units?|u|ml|meq|iu|puffs?|tabs?)?(?: (?:po|sq|sc|inhaled|"
    r"by mouth|tabs?|tablets?|caps?|puffs?))* ?(?:daily|qd|qday|bid|tid|qid|qhs|qam|qpm|hs|am|pm|nightly|weekly|"
    r"monthly|once|twice|at bedtime|at night|every (?:day|morning|evening|night|week|month)|q\d+ ?(?:h|hrs?|wks?|"
    r"weeks?)|prn|as needed)\b"
)
_SWITCHED = re.compile(
    r"(?<!will be )(?<!to be )(?<!could be )(?<!can be )(?<!consider )\b(?:switched|changed) to (?:\w+ )?$"
)
_BRAND = re.compile(r"\s*\(")
# Between two ingredients of one product.
_PART = re.compile(r"\s*\d[\d.,]* ?(?:mg|mcg|g|meq|units?)(?: ?/ ?(?:ml|actuation|hr))? ?/ ?", re.IGNORECASE)
_DIRECTIONS = re.compile(
    r"\s*[,:(-]{0,2}\s*((?:\d|one|two|half|daily|bid|tid|qid|q\d|qd|qhs|prn|as needed|weekly|at )[^,;()\n]{0,60})"
)


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
        stated = _DIRECTIONS.match(sentence.text[one.span[1] : following])
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
        if before is not None and one.rxcuis == before.rxcuis and _BRAND.fullmatch(text, before.span[1], one.span[0]):
            continue  # "atorvastatin (LIPITOR)" is named twice
        if before is not None and _PART.fullmatch(text, before.span[1], one.span[0]):
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
    if sentence.section == "stopped" or _STOPPED_BEFORE.search(said.before) or _STOPPED_AFTER.match(said.after):
        return "stopped"
    if said.denied or _NOT_NOW_AFTER.match(said.after):
        return None
    if sentence.section == "medications":
        return None if _NOT_NOW.search(said.before) else "has"
    if sentence.section in ("here", "allergies"):
        return None
    if sentence.section in ("", "past") and _stands_alone(said):
        return "has"
    if _SWITCHED.search(said.before) and re.match(r"\s*\d", said.after):
        return "has"
    cue = _last(_TAKES, said.before)
    if cue is None:
        return None
    if _NOT_NOW.search(said.before[max(0, cue.start() - 40) :]):
        return None
    if sentence.section == "plan" and not re.match(r"(?:cont|resum|home)", cue[0]):
        return None
    return "has" if _is_list(sentence.text[cue.end() : len(said.before)], cue.end(), ahead) else None


def _stands_alone(said: Around) -> bool:
    """ "Hypertension - amlodipine 5 mg daily": a drug with how much and how often, and no word of a start."""
    behind = _REGULAR.match(said.after)
    return bool(behind and _ALONE.search(said.before) and not _NOT_NOW.search(said.before) and " iv" not in behind[0])


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
