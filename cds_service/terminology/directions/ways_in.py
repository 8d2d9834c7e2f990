"""The route that directions name: the words of each, from the most particular to the least."""

from __future__ import annotations

import re

_EYE_OR_EAR = r"(?:in(?:to)?|to) (?:the )?(?:each|both|affected|right|left|1|the)(?: (?:affected|right|left))?"
_THROUGH = "(?:via|per|by|through|down)(?: the)?"
_WAYS_IN = tuple(
    (route, re.compile(rf"\b(?:{pattern})\b"))
    for route, pattern in (
        ("intrathecal", r"intrathecal(?:ly)?"),
        ("epidural", r"epidural(?:ly)?"),
        ("intraperitoneal", r"intraperitoneal(?:ly)?"),
        ("intradermal", r"intradermal(?:ly)?"),
        ("intravitreal", r"intravitreal(?:ly)?"),
        ("intra-articular", r"intra-?articular(?:ly)?"),
        ("nasogastric", rf"{_THROUGH} (?:ng(?:[ -]?tube|t)?|nasogastric(?: tube)?)"),
        ("gastrostomy", rf"{_THROUGH} (?:g[ -]?tube|peg(?:[ -]?tube)?|gastrostomy(?: tube)?)"),
        (
            "inhaled",
            r"inhaled(?: orally)?|inhale|inhalations?|inh|puffs?|nebulized|nebulizer|neb"
            r"|via (?:nebulizer|neb|inhaler|hfa|mask)",
        ),
        ("oral", r"by mouth|po|per os|orally|oral|swallow(?:ed)?|chew(?:ed)?"),
        ("buccal", r"buccal(?:ly)?"),
        ("sublingual", r"sublingual(?:ly)?|under (?:the |your )?tongue|sl"),
        ("subcutaneous", r"subcut(?:aneous(?:ly)?)?|sub-?q|sq|sc|under (?:the )?skin"),
        ("intravenous", r"iv(?:p|pb)?|intravenous(?:ly)?"),
        ("intramuscular", r"im|intramuscular(?:ly)?"),
        ("rectal", r"rectal(?:ly)?|pr|per rectum|in(?:to)? the rectum"),
        ("vaginal", r"vaginal(?:ly)?|pv|in(?:to)? the vagina"),
        (
            "nasal",
            r"nasal(?:ly)?|intranasal(?:ly)?|(?:in|into|per|to)? ?(?:each|both|the|1) nostrils?|nostrils?|nose",
        ),
        ("ophthalmic", rf"{_EYE_OR_EAR} eyes?|ophthalmic\w*|eyes?|ou|os"),
        ("otic", rf"{_EYE_OR_EAR} ears?|otic|ears?|au"),
        ("transdermal", r"transdermal(?:ly)?"),
        (
            "topical",
            r"topical(?:ly)?|to (?:the )?(?:affected )?(?:areas?|skin|face|scalp|rash|site)|apply(?! 1? ?patch)",
        ),
    )
)
_SHORT = "po|ng|iv|im|sc|sq|sl|pr"
_EITHER = re.compile(rf"\b(?:{_SHORT})(?: ?/ ?| or )(?:{_SHORT})\b")
_TUBES = frozenset({"nasogastric", "gastrostomy"})


def read_route(rest: str) -> tuple[str | None, str]:
    """(the first route in the order above, the text without any route words). None where two are left to choose, as by
    mouth or by a tube are."""
    rest, either = _EITHER.subn(" | ", rest)
    found = []
    for route, pattern in _WAYS_IN:
        if pattern.search(rest):
            found.append(route)
            rest = pattern.sub(" | ", rest)
    left_to_choose = either or (len(found) > 1 and not _TUBES.isdisjoint(found))
    return None if left_to_choose or not found else found[0], rest
