"""What the EHR supplied under one prefetch key: four states that must never be confused.

absent: the client did not give the key. failed: the query failed, and we know nothing. empty: looked, and there is
none. data: resources. An absent or failed list read as "none" would be the worst bug that this service can have.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from cds_service.terminology.counting import counted

State = Literal["absent", "failed", "empty", "data"]
# What a search may bring along beside its matches.
_COMPANIONS = frozenset({"Medication", "Patient", "Practitioner", "PractitionerRole", "Organization", "Encounter"})


@dataclass(frozen=True, slots=True)
class Supplied:
    """`complete` is False when the Bundle says that there is more than it holds; `note` says why a key failed, or why
    data are not complete where it is not for further pages."""

    state: State
    resources: tuple[Mapping[str, Any], ...] = ()
    complete: bool = True
    note: str = ""

    @property
    def known(self) -> bool:
        """True when we know what is there, be it nothing."""
        return self.state in ("empty", "data")

    def beside(self, companions: tuple[Mapping[str, Any], ...]) -> Supplied:
        """The same with resources that its own point to; what is known of the key does not change by them."""
        return replace(self, resources=(*self.resources, *companions))

    def only(self, types: Collection[str], what: str) -> tuple[Supplied, tuple[str, ...]]:
        """The resources of these types, and notes on what was left out or is not there.

        A key that holds resources, but none of these types, answers another question: it tells nothing about ours.
        """
        if self.state != "data":
            return self, ()
        others = [kind for one in self.resources if (kind := str(one.get("resourceType"))) not in types]
        if self.resources and self.complete and not others:
            return self, ()
        matches = tuple([one for one in self.resources if str(one.get("resourceType")) in types])
        odd = len([kind for kind in others if kind not in _COMPANIONS])
        entries = counted(odd, "entry of another kind was", "entries of another kind were")
        notes = [f"{what}: {entries} not used"] if odd else []
        if not self.complete:
            notes.append(f"{what} {self.note or 'has further pages that were not supplied'}")
        return replace(self, state="data" if matches else "failed", resources=matches), tuple(notes)


ABSENT = Supplied("absent")
