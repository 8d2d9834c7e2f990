"""A dose that changes over time: where one phase ends and the next begins."""

from __future__ import annotations

import re

_THEN = re.compile(r"\s*(?:[,;.|]\s*)?\b(?:and )?(?:then|followed by|thereafter|after that)\b,?\s*")
_AT_THE_END = re.compile(r"[,;.]? *\b(?:(?:and|then) stop|thereafter|after that)\b *\.?$|, *off *\.?$")
_FIRST_DAY = re.compile(
    r"(?:,? (?:at once|all together|together))?,? ?\b(?:on )?"
    r"(?:day 1|the first day|(?:right )?now|today|immediately|as (?:a single|1) dose|at once)$"
)
_WITH_ITS_LENGTH = re.compile(r"\d.*\b(?:for|x) ?\d{1,2} ?(?:days?|d|weeks?|wks?)$")
_DAYS = re.compile(
    r"\bon days? (\d{1,2})(?: ?(?:-|to|through) ?(\d{1,2}))?\b|\bdays? (\d{1,2})(?: ?(?:-|to|through) ?(\d{1,2}))?:?"
)
_FIRST_SPAN = re.compile(r"\bfor the first (week|month|day)\b(?=.*\b(?:then|thereafter)\b)")
_ROUTE = re.compile(r"\b(?:by mouth|po|subcut|iv|sl)\b")
_VERB = re.compile(r"^(?:take|give|use|apply|inject)\b")


def split_phases(plain: str) -> tuple[str, ...]:
    """The phases of normalised directions, each as directions of its own; empty when the dose does not change."""
    if re.search(r"\b(?:taper\w*|if|hold|titrat\w*)\b", plain):
        return ()
    plain = _FIRST_SPAN.sub(r"for 1 \1", _AT_THE_END.sub("", plain))
    ranges = list(_DAYS.finditer(plain))
    if len(ranges) > 1:
        return _by_days(plain, ranges)
    parts = [part.strip(" ,.;|") for part in _THEN.split(plain)]
    if len(parts) < 2:
        parts = _each_with_its_length(plain)
    if len(parts) < 2 or not all(re.search(r"\d", part) for part in parts):
        return ()
    parts[0] = _FIRST_DAY.sub(" once daily for 1 day", parts[0])
    return tuple(_complete(part, parts[0]) for part in parts)


def _each_with_its_length(plain: str) -> list[str]:
    """ "60 mg daily x 3 days, 40 mg daily x 3 days": phases without "then", where each says for how long."""
    parts = [part.strip(" .") for part in re.split(r"[,;]", plain)]
    return parts if all(_WITH_ITS_LENGTH.search(part) for part in parts) else []


def _by_days(plain: str, ranges: list[re.Match[str]]) -> tuple[str, ...]:
    """ "500 mg day 1, 250 mg days 2-5": the days must follow on each other from the first."""
    phases, at, expected = [], 0, 1
    for found in ranges:
        first = int(found[1] or found[3])
        last = int(found[2] or found[4] or first)
        if first != expected or last < first:
            return ()
        said = _THEN.sub(" ", plain[at : found.start()]).strip(" ,.;|")
        phases.append(f"{said} for {last - first + 1} days")
        at, expected = found.end(), last + 1
    if re.search(r"\d", plain[at:]):
        return ()
    return tuple(_complete(phase, phases[0], daily=True) for phase in phases)


def _complete(part: str, first: str, *, daily: bool = False) -> str:
    """A later phase leaves out what the first said: the route, the verb, and the unit of a lone number."""
    route = _ROUTE.search(first)
    if route and not _ROUTE.search(part):
        part = f"{part} {route[0]}"
    unit = re.search(r"\d (tab(?:let)?s?|cap(?:sule)?s?|mg|puffs?|drops?|pills?)\b", first)
    if unit:
        part = re.sub(
            r"^((?:take |give )?\d+(?:\.\d+)?)(?= (?:daily|every|once|twice|bid|tid|qid|po|for|qd|in|at|a day|\d x))",
            rf"\1 {unit[1]}",
            part,
        )
    if daily and not re.search(r"daily|every|once|twice|\b(?:bid|tid|qid|qd|q\d|a day)\b", part):
        part = f"{part} once daily"
    return part
