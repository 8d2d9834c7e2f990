"""The rows that a check rests on, table by table, read from its code: the kinds of rows that it asks the tables for.

A check, and what it calls, can only reach rows by naming their kind. Of `rules.csv`, the rules whose logic stands in
code, a check rests on those that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType

from cds_service.checks import Check
from cds_service.knowledge import Knowledge
from cds_service.knowledge.kinds.logic_rules import LogicRule
from cds_service.knowledge.rows import KINDS, Cited, Row

OURS = ("cds_service.checks.", "cds_service.knowledge.kinds.")  # where code names kinds of rows


@dataclass(frozen=True, slots=True)
class Ground:
    """One table of a check: what its rows are called, how many, and the titles of the sources that they cite.

    `unreviewed` is how many of them nobody has approved at this site; None for rows that define and cite no source.
    """

    table: str
    noun: str
    rows: int
    unreviewed: int | None
    sources: tuple[str, ...]


def grounds_of(check: Check, knowledge: Knowledge) -> tuple[Ground, ...]:
    """By table; those whose rows cite a source come first."""
    named = list(_named(check.run))
    words = {one for one in named if isinstance(one, str)}
    kinds = {KINDS[one.table] for one in named if isinstance(one, type) and one in KINDS.values()}
    found = [_ground(kind, knowledge, words) for kind in kinds]
    return tuple(sorted(found, key=lambda one: (one.unreviewed is None, one.table)))


def _ground(kind: type[Row], knowledge: Knowledge, words: set[str]) -> Ground:
    rows = knowledge.all(kind)
    if kind is LogicRule:
        rows = tuple(row for row in rows if row.id in words)
    noun = kind.noun or kind.table.removesuffix(".csv").replace("_", " ")
    if not issubclass(kind, Cited):
        return Ground(kind.table, noun, len(rows), None, ())
    cited = {knowledge.sources[row.source].title for row in rows}
    return Ground(kind.table, noun, len(rows), sum(not row.reviewed for row in rows), tuple(sorted(cited)))


def _named(run: object) -> Iterator[object]:
    """Classes and words that a function names, and those of every function of ours that it names, and so on."""
    waiting, seen = [run], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += _parts(one)


def _parts(one: object) -> Iterable[object]:
    if isinstance(one, tuple | frozenset):
        return one
    if isinstance(one, dict):
        return one.values()
    if isinstance(one, FunctionType) and one.__module__.startswith(OURS):
        names, constants = _code(one.__code__)
        return [*constants, *(one.__globals__[name] for name in names if name in one.__globals__)]
    if isinstance(one, type) and one.__module__.startswith(OURS) and one not in KINDS.values():
        return [getattr(member, "fget", None) or getattr(member, "func", member) for member in vars(one).values()]
    return ()


def _code(code: CodeType) -> tuple[set[str], list[object]]:
    """Names and constants of a function and of the functions in it."""
    names, constants = set(code.co_names), list(code.co_consts)
    for inner in (one for one in code.co_consts if isinstance(one, CodeType)):
        more, others = _code(inner)
        names |= more
        constants += others
    return names, constants
