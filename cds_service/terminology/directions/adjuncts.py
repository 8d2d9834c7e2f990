"""What stands around a dose: duration, as-needed reason, limit, quantity, refills, and asides that state nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cds_service.terminology.directions.parts import Limit, Span

_N = r"(\d{1,4}(?:\.\d{1,3})?)"
_LENGTH = r"(days?|nights?|d|weeks?|wks?|w|months?|mos?|years?|yrs?)"
_DURATION = re.compile(
    rf"\b(?:for|x|times|during|over)(?: the next| a total of| up to)? ?(?:{_N} ?(?:-|to) ?)?{_N}[ -]?{_LENGTH}\b"
    rf"(?! (?:before|after))|\b{_N}[ -]{_LENGTH} (?:course|supply|total)\b"
)
_CYCLES = re.compile(r"\b(?:for|x) ?\d{1,2} (?:cycles?|courses?)\b")
# The words of a reason end where the directions go on.
_GOES_ON = (
    r"for|max|maximum|not|no|nte|up|take|use|every|each|once|twice|daily|q\w*|x|to|do|may|repeat|then|at|in|on|by|po|iv"
    r"|im|sc|sl|pr|prn|bid|tid|qid|hs|and|with|before|after|disp|dispense|refills?|rf|qty|starting|limit|as|if|when"
    r"|nightly|bedtime|morning|over|above|below|greater|less|more"
)
_WORD = rf"(?!\b(?:{_GOES_ON})\b)[a-z/'-]+"
_REASON = rf"(?:{_WORD} ?,? ?(?:(?:and|or) (?!\b(?:{_GOES_ON})\b))?){{1,8}}"
# "prn fever over 101": from which value on a reason counts.
_FROM = (
    r"(?:(?:>|<|over|above|below|greater than|less than|more than) ?=? ?\d{2,3}(?:\.\d)?(?:/\d{2,3})?"
    r"(?: ?(?:f|c|degrees)\b)?(?= ?(?:$|[.,;)|])))?"
)
_NEEDED = re.compile(
    r"\b(?:(?:prn|(?:only )?(?:as|if|when|whenever) (?:needed|required|necessary)|as need)\b"
    rf"(?: (?:for|to (?:treat|relieve|help with)) (?P<reason>{_REASON}{_FROM})|(?<=prn) (?P<short>{_REASON}{_FROM}))?"
    rf"|at (?:the )?(?:onset|first sign) of (?P<onset>{_REASON}))"
)
_AT_MOST = (
    r"max(?:imum)?(?: daily| single)?(?: of| dose| amount| quantity)?"
    r"|up to(?: a max(?:imum)? of)?|not to exceed|(?:do not|don't) (?:exceed|take more than"
    r"|use more than)|no more than|to a maximum of|nte|limit(?:ed)? to|(?:for|x)(?= ?\d{1,3} doses\b)"
)
_LIMITED = (
    r"mg|g|grams?|mcg|ml|tab(?:let)?s?|cap(?:sule)?s?|pills?|puffs?|sprays?|drops?|units?|patch(?:es)?|doses?|times"
    r"|suppositor(?:y|ies)"
)
_LIMIT = re.compile(
    rf"\b(?:{_AT_MOST}):? ?(?:of )?{_N} ?(?P<unit>{_LIMITED})?(?! ?(?:more )?(?:days?|weeks?|months?|wks?)\b)"
    r"(?: ?(?P<per>/|per|an?|in(?: an?(?:y)?)?|every|each|within)? ?"
    r"(?P<period>24 ?(?:hours?|hrs?|h)|days?|d|daily|weeks?|wk|month|hour|12 ?hours))?\b"
)
_LIMIT_UNITS = {"time": "dose", "tab": "tablet", "cap": "capsule", "gram": "g", "patche": "patch"}
_QUANTITY = re.compile(
    r"(?:# ?(?=\d\d|\d (?:tab|cap))|\b(?:disp(?:ense)?|qty|quantity):? ?#? ?)(\d{1,4})\b(?: (?:tab|cap)\w*)?"
    r"|\bno\. ?(\d{1,3})\b"
)
_REFILLS = re.compile(
    r"\b(?:refills?:? ?(?:x ?)?(\d{1,2})|(\d{1,2}) refills?|rf:? ?(\d{1,2}))(?: times?)?\b|\bno refills?\b"
)
_TIME = r"(?:min(?:ute)?s?|hours?|hrs?)"
_DATE = r"(?:[a-z]+ \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|\d{1,2}/\d{1,2}(?:/\d{2,4})?|\d{4}-\d\d-\d\d)"
_DILUENT = r"(?:d5w|ns|normal saline|sterile water|lr|dextrose \d%?|sodium chloride)"
# How, not how much: these numbers are neither doses nor times.
_ASIDE = re.compile(
    rf"\(?\b(?:start(?:ing|ed)?|begin(?:ning)?)(?: on)?(?: on)? (?:today|tomorrow|tonight|{_DATE})\)?"
    r"|\b(?:with|in) (?:a )?(?:full )?(?:\d{1,3} ?(?:oz|ounces?|ml) (?:of )?|glass of |plenty of |cup of )"
    r"(?:water|juice|fluid|liquid|milk)"
    rf"|\bin {_DILUENT}(?: \d{{2,4}} ?ml)?\.?|\bin \d{{2,4}} ?ml (?:of )?{_DILUENT}"
    rf"|\b(?:infuse |given |inject |administer )?over \d{{1,3}}(?:\.\d)?(?: ?(?:-|to) ?\d{{1,3}})? ?(?:{_TIME}|h)\b"
    r"|\bat \d{1,3} ?(?:l|ml)/(?:min|hr?)\b"
    r"|\b(?:and |then )?remove(?: (?:and|&) discard)?(?: (?:the )?patch)? (?:after|for|in|within) "
    r"\d{1,2} ?(?:hours?|hrs?|h)\b"
    # How long to rinse, and whom to call.
    r"|\bfor (?:about |at least )?\d{1,3}(?: ?(?:-|to) ?\d{1,3})? ?(?:seconds?|secs?)\b"
    r"|\b(?:and )?(?:call|contact|seek|go to) (?:911|ems|your (?:doctor|physician)|the (?:er|ed)|emergency|medical)"
    r"(?:(?!\b(?:take|use|give|increase|decrease|then|start|stop)\b)[^.;])*"
    r"|,? ?\b(?:and|then) stop\b\.?$"
    # Labels of a weekly medicine say what its frequency is not.
    r"|\b(?:do )?not (?:to be )?(?:take |taken |use )?(?:daily|every ?day)\b"
    r"|\bto (?:test|check|monitor) (?:your |the )?blood (?:sugar|glucose)(?: levels?)?\b"
    r"|\buntil (?:gone|finished|all (?:taken|gone)|complet\w+|empty)\b"
    rf"|\b\d{{1,2}} ?{_TIME} (?:before|after|prior to)(?= (?:activity|exercise|sex\w*|procedure|intercourse))"
    r"|\(?\bpain (?:score|scale|level):? ?(?:of )?\d{1,2}(?: ?(?:-|to) ?\d{1,2})?\)?"
    r"|(?<=pain) \(?\d{1,2} ?- ?\d{1,2}(?:/10)?\)?(?= ?(?:$|[.,;]))"
    r"|\b(?:as|exactly as|use as|take as) directed\b(?: by (?:your |the )?(?:doctor|physician|prescriber|provider|md))?"
)


@dataclass(frozen=True, slots=True)
class Adjuncts:
    """What was found around the dose; None and empty mean not stated."""

    as_needed: bool
    reason: str | None
    duration: Span | None
    limit: Limit | None
    quantity: float | None
    refills: int | None


def read_adjuncts(plain: str) -> tuple[Adjuncts | None, str]:
    """(the adjuncts, the text without them); no adjuncts when one is stated twice and differently."""
    rest = _ASIDE.sub(" | ", plain)
    limits, rest = _taken(_LIMIT, rest, keep=_is_no_limit)
    durations, rest = _taken(_DURATION, rest)
    rest = _CYCLES.sub(" | ", rest)
    quantities, rest = _taken(_QUANTITY, rest)
    refills, rest = _taken(_REFILLS, rest)
    needed, rest = _taken(_NEEDED, rest)
    lengths, most = {_span(one) for one in durations}, {_limit(one) for one in limits}
    supplied, again = {_quantity(one) for one in quantities}, {_refills(one) for one in refills}
    if len(most) > 1 or len(supplied) > 1 or len(again) > 1 or len(lengths) > 1:
        return None, rest
    reasons = [reason for one in needed for reason in one.groupdict().values() if reason]
    found = Adjuncts(
        as_needed=bool(needed),
        reason=reasons[0].strip(" ,") if reasons else None,
        duration=next(iter(lengths), None),
        limit=next(iter(most), None),
        quantity=next(iter(supplied), None),
        refills=next(iter(again), None),
    )
    return found, rest


def _never(_: re.Match[str]) -> bool:
    return False


def _taken(
    pattern: re.Pattern[str], text: str, keep: Callable[[re.Match[str]], bool] = _never
) -> tuple[list[re.Match[str]], str]:
    """The matches, and the text with a bar in place of each; `keep` says which are left standing."""
    found = [match for match in pattern.finditer(text) if not keep(match)]
    return found, pattern.sub(lambda match: match[0] if keep(match) else " | ", text) if found else text


def _is_no_limit(match: re.Match[str]) -> bool:
    """ "up to 3 times a day" is a frequency, and "up to 2 tablets" a dose; "up to 3 doses" is a limit."""
    if not match[0].startswith("up to") or "max" in match[0] or match["unit"] in ("dose", "doses"):
        return False
    return match["unit"] == "times" or not match["period"]


def _limit(match: re.Match[str]) -> Limit:
    unit = (match["unit"] or "dose").removesuffix("s").replace("suppositorie", "suppository")
    unit, amount, period = _LIMIT_UNITS.get(unit, unit), float(match[1]), match["period"]
    if period is None:
        return Limit(amount, unit, 1.0, "d") if "daily" in match[0] else Limit(amount, unit, None, None)
    if period.startswith("12"):
        return Limit(amount, unit, 12.0, "h")
    return Limit(amount, unit, 1.0, "h" if period == "hour" else {"w": "wk", "m": "mo"}.get(period[0], "d"))


def _quantity(match: re.Match[str]) -> float:
    return float(match[1] or match[2])


def _refills(match: re.Match[str]) -> int:
    return int(next(filter(None, match.groups()), "0"))


def _span(match: re.Match[str]) -> Span:
    value, unit = (match[2], match[3]) if match[2] else (match[4], match[5])
    return Span(float(value), {"d": "d", "n": "d", "w": "wk", "m": "mo", "y": "a"}[unit[0]])
