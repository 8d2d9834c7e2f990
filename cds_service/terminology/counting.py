"""A number and what it counts: "1 day", "2 days", "1 entry", "0 entries"."""

from __future__ import annotations


def counted(number: float, one: str, several: str = "") -> str:
    """`several` is the plural of `one` where it is not made with an s. The noun of exactly one is singular."""
    return f"{number:g} {one if number == 1 else several or f'{one}s'}"
