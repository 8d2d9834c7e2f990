"""Conditions under which a row of interactions speaks: the column `when`, each of whose parts must hold.

    without=class:ppi,misoprostol   none of these is taken or ordered (a drug that only a model read does not count)
    with=class:corticosteroid       one of these is taken or ordered
    age>=65   age<18                in years (age<0.078: up to 28 days); an unknown age does not hold
    daily_a>20   daily_b>20         mg a day of side a or b; holds unless the dose is known to be at most that
    once_daily_a>20 once_daily_b>20 the same of a drug that is taken once a day, so that a dose without a frequency, as
                                    lists give it ("simvastatin 20 mg tablet"), is the day's
    days_a>3   days_b>3             duration in days; holds unless it is known to be at most that
    times_a>=2 times_b>=2           doses a day; holds only when they are known
    route_a=injection   route_b=oral,rectal
                                    how side a or b is given; holds only when it is known
    potassium>=5.1@30               the newest result, at most 30 days old; holds only when there is one
    egfr<60@365                     the newest eGFR, reported or computed, at most 365 days old
    problem=past:gi-bleed           one of these is on the problem list, or with `past:` once was

What would lower a concern has to be known to do so; what raises one has to be known to hold. A row without conditions
stands beside the one with them and says what remains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cds_service.knowledge.cells import Cells
from cds_service.knowledge.names import DrugNames
from cds_service.terminology.observables import OBSERVABLES
from cds_service.terminology.routes import ROUTES

Comparison = Literal[">=", "<", ">"]
_OF_A_SIDE = ("daily", "once_daily", "days", "times")
_COMPANY = re.compile(r"(with|without)=(.+)")
_ON_LIST = "problem="
_ROUTE = re.compile(r"route_(?P<side>[ab])=(?P<routes>.+)")
_NUMBER = re.compile(
    r"(?P<what>[a-z0-9_]+?)(?:_(?P<side>[ab]))?(?P<sign>>=|<|>)(?P<value>\d+(?:\.\d+)?)(?:@(?P<days>\d+))?"
)


@dataclass(frozen=True, slots=True)
class Company:
    """`keys`: RxCUIs and `class:KEY`s of which one must be there (`present`) or none may be."""

    present: bool
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Limit:
    """`what`: age; daily, once_daily, days or times, of the medication of `side`; or the kind of a measurement not
    older than `days`."""

    what: str
    sign: Comparison
    value: float
    days: int | None = None
    side: Literal["", "a", "b"] = ""

    def holds(self, value: float) -> bool:
        if self.sign == ">=":
            return value >= self.value
        return value < self.value if self.sign == "<" else value > self.value


@dataclass(frozen=True, slots=True)
class OnList:
    """`keys` of conditions.csv of which one is on the problem list; `past:KEY` counts what was, too."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByRoute:
    """The medication of `side` is given by one of `routes`, and this is known."""

    side: Literal["a", "b"]
    routes: frozenset[str]


Condition = Company | Limit | OnList | ByRoute


def conditions(cells: Cells, names: DrugNames, column: str = "when") -> tuple[Condition, ...]:
    """The column `when`, or another that is written like it; a table without the column has no conditions."""
    return tuple(_read(cells, names, item) for item in cells.items(column, optional=True))


def _read(cells: Cells, names: DrugNames, item: str) -> Condition:
    company = _COMPANY.fullmatch(item)
    if company:
        keys = frozenset(names.key(cells, name.strip()) for name in company[2].split(","))
        return Company(company[1] == "with", keys)
    if item.startswith(_ON_LIST):
        return OnList(tuple(key.strip() for key in item.removeprefix(_ON_LIST).split(",")))
    route = _ROUTE.fullmatch(item)
    if route:
        return _by_route(cells, "a" if route["side"] == "a" else "b", route["routes"])
    limit = _NUMBER.fullmatch(item)
    if not limit or limit["what"] not in (_OF_A_SIDE if limit["side"] else ("age", *OBSERVABLES)):
        raise cells.wrong(f"when is {item!r}; see cds_service/knowledge/conditions.py for what it may say")
    sign: Comparison = ">=" if limit["sign"] == ">=" else "<" if limit["sign"] == "<" else ">"
    side: Literal["", "a", "b"] = "a" if limit["side"] == "a" else "b" if limit["side"] == "b" else ""
    return Limit(limit["what"], sign, float(limit["value"]), int(limit["days"]) if limit["days"] else None, side)


def _by_route(cells: Cells, side: Literal["a", "b"], named: str) -> ByRoute:
    routes = frozenset(route.strip() for route in named.split(","))
    if not routes <= ROUTES:
        raise cells.wrong(f"route_{side} has {min(routes - ROUTES)!r}; known are {', '.join(sorted(ROUTES))}")
    return ByRoute(side, routes)
