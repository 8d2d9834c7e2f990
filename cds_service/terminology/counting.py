"""Words for how many and for several: "1 day", "2 days", "0 entries"; "sodium, potassium and creatinine"."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: float, one: str, several: str = "") -> str:
    """`several` is the plural of `one` where it is not made with an s. The noun of exactly one is singular."""
    return f"{number:g} {one if number == 1 else several or f'{one}s'}"


def listed(names: Sequence[str]) -> str:
    """At least one name."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
