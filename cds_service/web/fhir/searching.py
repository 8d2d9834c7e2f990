"""Search parameters as FHIR R4 writes them, for the types that we have: token, reference and date.

A modifier that we do not know is refused, as the standard demands; so is a value that cannot be read, because passing
over it would hand out more than was asked for. A parameter that we do not know is passed over and does not stand in the
`self` link, or is refused when the client asks for that (`Prefer: handling=strict`).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cds_service.errors import InvalidRequest
from cds_service.store import Span

MOST = 100  # resources, or what they are made of, in one page
USUAL = 50
CONTROL = frozenset({"_count", "_format", "_page", "_total"})
_DATE = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(T\S+)?)?)?\Z")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Search:
    """Parameters by name with their values, only those that the type has."""

    values: Mapping[str, tuple[str, ...]]

    def ids(self, *names: str) -> frozenset[str] | None:
        """Logical ids that `_id` or an identifier `urn:uuid:` names; None when it was not asked for."""
        asked = [self._either(name) for name in names if name in self.values]
        found = [frozenset(one.rpartition("|")[2].removeprefix("urn:uuid:") for one in values) for values in asked]
        return frozenset.intersection(*found) if found else None

    def tokens(self, name: str, system: str) -> frozenset[str] | None:
        """Codes of `system`; a code of another system matches nothing."""
        if name not in self.values:
            return None
        pairs = [one.rpartition("|") for one in self._either(name)]
        return frozenset(code for named, bar, code in pairs if not bar or named in {system, ""})

    def reference(self, *names: str) -> str | None:
        """The id behind `x`, `Patient/x` or an absolute URL; several parameters must agree."""
        found = {_patient(name, one) for name in names for one in self.values.get(name, ())}
        if len(found) > 1:
            raise InvalidRequest("only one patient can be asked for at once", names[0])
        return next(iter(found), None)

    def target(self, name: str) -> str | None:
        """The id of one of our resources."""
        found = {one.rpartition("/")[2] for one in self.values.get(name, ())}
        if len(found) > 1:
            raise InvalidRequest("only one target can be asked for at once", name)
        return next(iter(found), None)

    def span(self, name: str) -> Spread:
        """What all date values of a parameter leave."""
        left = Spread()
        for value in self.values.get(name, ()):
            left = left.within(_span(name, value))
        return left

    def _either(self, name: str) -> Iterable[str]:
        """Values separated by commas are alternatives; repeated parameters must all hold."""
        listed = [frozenset(value.split(",")) for value in self.values[name]]
        return frozenset.intersection(*listed)


@dataclass(frozen=True, slots=True)
class Spread(Span):
    """A span that can be narrowed."""

    def within(self, other: Span) -> Spread:
        starts = [one for one in (self.start, other.start) if one is not None]
        ends = [one for one in (self.end, other.end) if one is not None]
        return Spread(max(starts, default=None), min(ends, default=None))


def read_search(given: Iterable[tuple[str, str]], known: Iterable[str], *, strict: bool) -> Search:
    """InvalidRequest: a modifier or, when `strict`, a parameter that we do not have."""
    known, values = frozenset(known), dict[str, tuple[str, ...]]()
    for name, value in given:
        plain = name.partition(":")[0].partition(".")[0]
        if plain != name and plain in known:
            raise InvalidRequest("modifiers and chains are not supported", plain)
        if name in known:
            values[name] = (*values.get(name, ()), value)
        elif strict and name not in CONTROL:
            raise InvalidRequest("a parameter is not supported")
    return Search(values)


def read_count(value: str | None) -> int:
    if value is None:
        return USUAL
    if not value.isdigit() or len(value) > 6:
        raise InvalidRequest("it is not a whole number", "_count")
    return min(int(value), MOST)


def _patient(name: str, value: str) -> str:
    kind, slash, id = value.rpartition("/")
    if slash and kind.rpartition("/")[2] != "Patient":
        raise InvalidRequest("it is not a reference to a Patient", name)
    if not _ID.match(id):
        raise InvalidRequest("it is not a reference to a Patient", name)
    return id


def _span(name: str, value: str) -> Spread:
    match = _DATE.match(value)
    try:
        if match is None:
            raise ValueError
        start, end = _interval(match)
    except (ValueError, OverflowError):
        raise InvalidRequest("it is not a date that can be searched for", name) from None
    return {
        "eq": Spread(start, end),
        "ge": Spread(start),
        "gt": Spread(end),
        "sa": Spread(end),
        "le": Spread(None, end),
        "lt": Spread(None, start),
        "eb": Spread(None, start),
    }[match[1] or "eq"]


def _interval(match: re.Match[str]) -> tuple[datetime, datetime]:
    """The time that a date of this precision stands for; a day without zone is one of UTC."""
    year, month, day, time = int(match[2]), match[3], match[4], match[5]
    if time:
        at = datetime.fromisoformat(match[0][len(match[1] or "") :].replace(" ", "+"))
        if at.tzinfo is None:
            raise ValueError
        fine = timedelta(microseconds=1) if at.microsecond else timedelta(seconds=1)
        return at, at + fine
    start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    days = 1 if day else calendar.monthrange(year, start.month)[1] if month else 365 + calendar.isleap(year)
    return start, start + timedelta(days=days)
