"""What was sent and what became of it, counted: by topic, service, unit and kind of user. Pure functions.

What of it may be shown is for `disclosure` to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

LEAST_CELL = 11


@dataclass(frozen=True, slots=True)
class Sent:
    """Cards of one kind on one day: `last` is their latest outcome, accepted, overridden or "" for no answer."""

    day: date
    service: str
    topic: str
    unit: str
    user_kind: str
    last: str
    cards: int
    at_signing: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One group. Counts are None where they are hidden because they are small."""

    group: str
    sent: int | None
    accepted: int | None
    overridden: int | None
    unanswered: int | None

    @property
    def hidden(self) -> bool:
        return self.sent is None


@dataclass(frozen=True, slots=True)
class Week:
    """`start` is a Monday. `orders` were signed, `at_signing` cards sent with that."""

    start: date
    sent: int
    accepted: int
    overridden: int
    orders: int
    at_signing: int = 0


def by(rows: Iterable[Sent], dimension: str) -> list[Line]:
    """Lines of one dimension ("topic", "service", "unit", "user_kind"), most cards first, nothing hidden yet."""
    groups: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = groups.setdefault(getattr(row, dimension) or "not recorded", {})
        counts[row.last] = counts.get(row.last, 0) + row.cards
    lines = [_line(group, counts) for group, counts in groups.items()]
    return sorted(lines, key=lambda line: (-(line.sent or 0), line.group))


def hide_small(lines: Sequence[Line], also: Collection[str] = ()) -> list[Line]:
    """Groups below LEAST_CELL, and those of `also`, lose their numbers; one alone takes the next smallest with it."""
    small = {line.group for line in lines if (line.sent or 0) < LEAST_CELL or line.group in also}
    rest = sorted((line for line in lines if line.group not in small), key=lambda line: line.sent or 0)
    hidden_sum = sum(line.sent or 0 for line in lines if line.group in small)
    while small and rest and (len(small) == 1 or hidden_sum < LEAST_CELL):
        small.add(rest[0].group)
        hidden_sum += rest.pop(0).sent or 0
    return [Line(line.group, None, None, None, None) if line.group in small else line for line in lines]


def weeks_of(rows: Iterable[Sent], orders: Mapping[date, int]) -> list[Week]:
    """Every week from the first to the last, those without cards included. `orders`: orders of each day."""
    found: dict[date, Week] = {}
    for row in rows:
        week = found.setdefault(monday(row.day), Week(monday(row.day), 0, 0, 0, 0))
        found[week.start] = replace(
            week,
            sent=week.sent + row.cards,
            at_signing=week.at_signing + (row.cards if row.at_signing else 0),
            accepted=week.accepted + (row.cards if row.last == "accepted" else 0),
            overridden=week.overridden + (row.cards if row.last == "overridden" else 0),
        )
    for day, count in orders.items():
        week = found.setdefault(monday(day), Week(monday(day), 0, 0, 0, 0))
        found[week.start] = replace(week, orders=week.orders + count)
    if not found:
        return []
    start, end = min(found), max(found)
    starts = [start + timedelta(weeks=n) for n in range((end - start).days // 7 + 1)]
    return [found.get(day, Week(day, 0, 0, 0, 0)) for day in starts]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _line(group: str, counts: Mapping[str, int]) -> Line:
    accepted, overridden = counts.get("accepted", 0), counts.get("overridden", 0)
    sent = sum(counts.values())
    return Line(group, sent, accepted, overridden, sent - accepted - overridden)
