"""Allergies and intolerances that a sentence names, how they showed, and what was tolerated or removed.

A name counts in a section of allergies, or where the sentence says that it is one ("allergic to", "penicillin allergy",
"hives after amoxicillin"). Denied, family and supposed ones are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cds_service.terminology.lexicon import Mention
from cds_service.terminology.notes.around import Around
from cds_service.terminology.notes.layout import Sentence
from cds_service.terminology.notes.mention import NoteMention, Says
from cds_service.terminology.reactions import (
    ALLERGIC,
    ANAPHYLAXIS,
    ANGIOEDEMA,
    COUGH,
    HIT,
    INFUSION,
    ITCH,
    MUSCLE,
    SEVERE,
    STOMACH,
    kinds_in,
    named_in,
)

_TELLING = frozenset({ALLERGIC, ANAPHYLAXIS, ANGIOEDEMA, SEVERE, HIT, ITCH, INFUSION, COUGH, MUSCLE})
_NONE_KNOWN = re.compile(
    r"\b(?:nkda|nka|nkma|no (?:known |reported |documented )?(?:drug |medication |medicine )?allerg(?:y|ies)"
    r"(?! to\b)|denies (?:any |all )?(?:known )?(?:drug |medication )?allerg(?:y|ies)(?! to\b)|allerg(?:y|"
    r"ies) ?[:-]? ?(?:none|nil)\b|no (?:known )?allerg(?:y|ies) to (?:any )?(?:medications?|drugs?|medicines?))",
    re.IGNORECASE,
)
_OTHER_NONE = re.compile(r"\bno (?:other|additional|further|new|food|environmental|latex|seasonal)\b", re.IGNORECASE)
# Between a cue and the name stand other names and what joins a list, and no new clause.
_GAP = (
    r"(?:(?!\bbut\b|\btolerat|\bhowever\b|\bexcept\b|\bthough\b|\bwithout\b|\bwhich\b|\bso\b|\btreated\b|\bgiven\b|"
    r"\btak)[^.;]){0,120}?$"
)
_TO = re.compile(
    r"(?:\ballerg(?:ic|y|ies)(?: (?:reactions?|response))? ?(?:to|:|includ\w+|are|is|with|from|-)|\banaphyla\w+(?: "
    r"reaction| shock)? (?:to|with|from|after)|\b(?:adverse |severe |bad |serious |prior |"
    r"previous )?(?:drug )?reactions? (?:to|with|from|after)|\bhypersensitiv\w+ (?:to|:)|\bintoleran\w+ (?:of|to|"
    r":)|(?:\bnot|\bnever|n't|\bunable to|\bpoorly|\bcannot) (?:be able to )?tolerat\w+|\bsensitiv\w+ to)"
    rf"{_GAP}"
)
_NO_ALLERGY_TO = re.compile(
    r"\b(?:no|not|denies|without|never)(?: any| known| reported| documented| other)* (?:drug |"
    r"medication )?allerg\w+ to\b[^.;]*$"
)
# What follows "penicillin allergy" and makes it the name of something else.
_NO_ENTRY = (
    r"(?! (?:rhinitis|conjunctivitis|asthma|sinusitis|test|clinic|skin|shots?|season|medic|evaluation|consult|referral|"
    r"assessment|work-?up|alert|label|was (?:ruled|removed|de)))"
)
# "name (hives)", "name: hives", "name - hives", as lists of allergies have it, wherever it stands.
_ENTRY = re.compile(r"\s?(?:\(|[:=|]|\s-+>?|\u2192)\s*([^.;)\n]{3,40})")
_AT_HEAD = re.compile(r"(?:^|[;,:|)\n]|\s[-\u2013]|\b(?:all|adr|and|or)\b)\s*$")
_NOT_TOLERATED = re.compile(r"[^.;,]{0,16}?\b(?:not|never|poorly) tolerated\b")
_DOUBTED = re.compile(
    r"\W{0,2}\?|[^.;]{0,30}?\b(?:unlikely|doubtful|questionable|not (?:been )?confirmed)\b|[\"'\u201d ]*(?:allergy|"
    r"label|entry)[\"'\u201d ]*(?:(?:in|on) (?:the |her |his )?(?:chart|list|record) )?was (?:only|just|actually|"
    r"really|stomach|gi |nausea|viral|a side|likely|entered|an error)"
)
# What was taken when it showed is no treatment of it.
_WHILE_TAKING = re.compile(r"\b(?:when|whenever|while|after|following)\b(?: \w+){0,3}\s+$")
_SHOWED_BEFORE = re.compile(
    r"([^.;]{0,70}?)\b(?:(?:to|with|from|after|on|due to|secondary to|caused by|following|when|while|whenever)"
    r"(?: (?:he|she|they|i|being|taking|given|receiving|getting|starting|took|takes|was|were|on|exposed|exposure|"
    r"to|a|an|the|her|his|first|second|third|one|single|dose|doses|of|iv|oral|use|last|shots?|injections?|courses?|"
    r"new|blood|pressure|bp|pills?|tablets?|medicines?|antibiotics?))*)\s+\(?$"
)
_SHOWED_AFTER = re.compile(
    r"[^.;,]{0,20}?\b(?:caus\w+|gives?|gave|makes?|made|result(?:ed|s) in|led to|leads to|->|\u2192|=|resulted in|"
    r"produced|provoked|triggered|broke (?:him|her) out(?: in)?|(?:stopped|discontinued|d/c'?e?d)(?: (?:in )?\d{4})? "
    r"(?:due to|because of|for|secondary to|2/2|d/t))"
    r"([^.;]{0,60})"
)
_ALLERGY_AFTER = re.compile(
    r"(?:[ ,/]*(?:and|or|&|/|,)? ?[\w-]+){0,3}?[ -]*\b(?:allerg(?:y|ies|ic)|intoleranc\w+|anaphylaxis|"
    rf"hypersensitivity|adverse reaction)\b{_NO_ENTRY}"
)
_DIRECTLY_AFTER = re.compile(
    r"[ -]+(?:drug )?(?:allerg(?:y|ies)|intoleranc\w+|anaphylaxis|hypersensitivity)\b" + _NO_ENTRY
)
_TOLERATED_BEFORE = re.compile(
    r"(?:(?<!not )(?<!never )(?<!n't )(?<!to )(?<!poorly )(?<!cannot )\b(?:tolerat(?:es|ed|ing)|can tolerate|"
    r"able to tolerate|(?:can|may|able "
    r"to) (?:safely )?"
    r"take|(?:is )?ok(?:ay)? with|does (?:fine|well|ok) (?:on|with)|no (?:problems?|reactions?|issues?) (?:with|"
    r"to)|not allergic to|passed (?:an? )?(?:oral |graded |direct )?(?:\w+ )?challenge (?:to|with|of)|(?:tak\w+|"
    r"took|received|given|completed|had|treated)(?: \w+){0,4}))(?: [\w-]+){0,4}\s*(?:[\w-]+(?:,| and| or) )*$"
)
_UNEVENTFUL = re.compile(
    r"\s*(?:was )?tolerated\b|[^.;]{0,60}?\b(?:without (?:any )?(?:reactions?|problems?|issues?|incident|"
    r"difficulty|adverse|rash|hives|trouble|complications?)|(?:with )?no (?:adverse )?(?:reactions?|problems?|"
    r"issues?|rash|hives)|uneventfully|(?:was |were |is |has been |been |well |well-)+tolerated|tolerated (?:well|"
    r"fine|it)|and tolerated)"
)
_PLAINLY = re.compile(
    r"tolerat|ok(?:ay)? with|not allergic|can take|may take|able to|challenge|no (?:problem|reaction|issue)|"
    r"does (?:fine|well|ok)"
)
_REMOVED = re.compile(
    r"[^.]{0,40}?\b(?:allergy|label|intolerance)?\b[^.;]{0,20}?\b(?:ruled out|removed|de-?label\w*|disproven|"
    r"challenge passed|"
    r"refuted|outgrown|was not confirmed|not a true allergy|no longer allergic|(?:skin )?test\w* (?:was |"
    r"were )?negative|negative (?:skin )?test\w*)"
)
_TREATMENT = re.compile(
    r"\b(?:treat\w+ (?:with|by)|carr(?:y|ies)|given|gave|giv(?:e|ing)|gets?|got|gotten|now on|currently on|"
    r"reliev\w+ (?:with|by)|respon\w+ to|uses?|using|takes?|taking|(?:is|was|currently) on|premedicat\w+ (?:with)?|"
    r"requir\w+|improv\w+ with|resolv\w+ with|prescribed|needed|start\w*|switch\w+ to|chang\w+ to|"
    r"last dose(?: of)?|replac\w+ (?:with|by)|instead|desensiti\w+ to|avoid\w*)(?: [\w-]+){0,4} ?$"
)
_REACTION_AFTER = re.compile(
    r"\s*(?:[-\u2013\u2014:=>\u2192(,|]+|\bcaus\w+|\bgives?|\bgave|\bwith|\breaction:?)\s*([^.;\n]{3,80})"
)


def denials(sentence: Sentence) -> Iterator[NoteMention]:
    """ "NKDA" and the like: the note knows of no drug allergy."""
    match = _NONE_KNOWN.search(sentence.text)
    bare = sentence.section == "allergies" and re.fullmatch(
        r"\W*(?:none(?: known| reported)?|nil|denies(?: any)?|no)\W*", sentence.text.lower()
    )
    if (match and not _OTHER_NONE.match(match[0])) or bare:
        span = match.span() if match else (0, len(sentence.text))
        if sentence.section != "family" and not re.search(
            r"\b(?:mother|father|sister|brother|if)\b", sentence.text.lower()
        ):
            yield NoteMention("allergy", "none", sentence.text[slice(*span)], sentence.text, span)


def read(
    sentence: Sentence, allergens: Sequence[Mention], drugs: Sequence[Mention], groups: Sequence[Mention]
) -> Iterator[NoteMention]:
    """Allergens among `allergens` that the sentence calls an allergy, and those that it calls tolerated."""
    by_group = {one.span: one.rxcuis for one in groups}
    by_drug = {one.span: one.rxcuis for one in drugs}
    for at, one in enumerate(allergens):
        said = Around(sentence, one.span)
        following = allergens[at + 1].span[0] if at + 1 < len(allergens) else len(sentence.text)
        says = _says(sentence, said, len(sentence.text) - following)
        if says is None:
            continue
        yield NoteMention(
            "allergy",
            says,
            one.text,
            sentence.text,
            one.span,
            drugs=by_drug.get(one.span, ()) if one.span not in by_group else (),
            groups=by_group.get(one.span, ()),
            reactions=() if says == "tolerated" else _reactions(sentence.text, said, one.span, following),
        )


def _says(sentence: Sentence, said: Around, beyond: int) -> Says | None:
    """`beyond` is how many characters follow after the next name."""
    own_after = said.after[: len(said.after) - beyond] if beyond else said.after
    tolerated = _tolerated(said, own_after)
    if not tolerated and sentence.section != "allergies" and not _is_called_one(said, own_after):
        return None
    if said.family:
        return None
    if tolerated:
        return "tolerated"
    if said.supposed or _DOUBTED.match(own_after) or _NO_ALLERGY_TO.search(said.before):
        return None
    if _TREATMENT.search(said.before) and not _WHILE_TAKING.search(said.before):
        return None
    return None if _denied(sentence, said) else "has"


def _tolerated(said: Around, own_after: str) -> bool:
    if _REMOVED.match(own_after) and "allerg" in said.before + said.after:
        return True
    before = _TOLERATED_BEFORE.search(said.before)
    if before and _PLAINLY.search(before[0]) and not said.supposed:
        return True
    return bool(_UNEVENTFUL.match(own_after)) and not said.supposed and "not tolerated" not in own_after


def _is_called_one(said: Around, own_after: str) -> bool:
    entry = _ENTRY.match(own_after)
    if entry and _AT_HEAD.search(said.before) and kinds_in(entry[1]) & (_TELLING - {COUGH}):
        return True
    if _NOT_TOLERATED.match(own_after):
        return True
    if _TO.search(said.before) or _DIRECTLY_AFTER.match(said.after) or _ALLERGY_AFTER.match(own_after):
        return True
    if re.match(r"[ ,]*(?:and|or|&|/|,) ?[\w-]+ allerg(?:y|ies)\b", said.after):
        return True
    shown = _SHOWED_AFTER.match(own_after)
    if shown and kinds_in(shown[1]) & (_TELLING | {STOMACH}):
        return True
    ahead = _SHOWED_BEFORE.search(said.before)
    telling = _TELLING if said.mention.endswith("pril") else _TELLING - {COUGH}
    return bool(ahead and kinds_in(ahead[1]) & telling and not re.search(r"\b(?:improv|resolv|reliev|treat)", ahead[1]))


def _denied(sentence: Sentence, said: Around) -> bool:
    """A denial of the allergy; "cannot tolerate" denies something else, and so does what stands behind in a list."""
    if re.search(
        r"(?:not|n't|unable to|poorly|cannot|never) (?:be able to )?tolerat", said.before
    ) or _NOT_TOLERATED.match(said.after):
        return False
    if sentence.section == "allergies":
        return bool(re.search(r"\b(?:no|not|denies|negative|without|never)\b[^.;,]*$", said.before)) or bool(
            re.match(r"\s*(?:[:?]|\()\s*(?:no|denies|negative|none)\b", said.after)
        )
    return said.denied


def _reactions(text: str, said: Around, span: tuple[int, int], following: int) -> tuple[str, ...]:
    """The words of the reaction: behind the name up to the next one, else before it ("hives with amoxicillin")."""
    behind = _REACTION_AFTER.match(text[span[1] : following])
    found = named_in(re.split(r"\b(?:but|tolerat)", behind[1])[0]) if behind else ()
    shown = _SHOWED_AFTER.match(text[span[1] : following])
    found = found or (named_in(shown[1]) if shown else ())
    if not found:
        ahead = _SHOWED_BEFORE.search(said.before)
        found = named_in(ahead[1]) if ahead else ()
    if not found and re.match(r"[ -]+anaphylaxis\b", said.after):
        found = ("anaphylaxis",)
    return found
