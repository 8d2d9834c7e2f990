"""What every hook contract is made of: the registry, and the context that a call brings once it has been read.

A contract file lists the members of the hook's context and makes a Context of what they hold. The list is read twice:
to read a call, and to publish the JSON Schema of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cds_service.hooks.members import Brought, Member, Resource, reference_of

_READ = ("MedicationRequest", "Medication")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One call's context. `orders` are the order resources it concerns, `focus` the `Type/id` of those that advice is
    about; the others are background.

    `named` are orders given by reference alone: they come from the prefetch or the FHIR server (`with_orders`).
    `renews`: the orders are asked for again, as they stand. `entries` are an allergy or problems that are being
    entered: advice is then about what the patient takes already.
    `brought` is every patient's resource in the context with the path where it stands; `hook` the name of the hook.
    """

    patient_id: str
    user_id: str | None = None
    encounter_id: str | None = None
    orders: tuple[Resource, ...] = ()
    focus: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    renews: bool = False
    entries: tuple[Resource, ...] = ()
    brought: tuple[Brought, ...] = ()
    hook: str = ""

    def with_orders(self, found: Mapping[str, Resource]) -> Context:
        """The context with those of its named orders that were found, `found` by `Type/id`."""
        orders = tuple(found[reference] for reference in self.named if reference in found)
        return replace(self, orders=(*self.orders, *orders)) if orders else self

    @property
    def missing(self) -> tuple[str, ...]:
        """Named orders that are not among the orders yet."""
        there = {reference_of(order) for order in self.orders} if self.named else frozenset()
        return tuple(reference for reference in self.named if reference not in there)

    @property
    def unread(self) -> tuple[Resource, ...]:
        """Orders of a medicine in another version's shape, such as the MedicationOrder of DSTU2."""
        others = (one for one in self.orders if one["resourceType"] not in _READ)
        return tuple(
            one for one in others if any(name.startswith(("Medication", "medication")) for name in _names(one))
        )


def _names(order: Resource) -> tuple[str, ...]:
    return order["resourceType"], *order


Making = Callable[[Mapping[str, Any], tuple[Brought, ...]], Context]


@dataclass(frozen=True, slots=True)
class Hook:
    """`version` is the hook's own; `words` say when it fires; `make` gets what the members read."""

    name: str
    version: str
    members: tuple[Member, ...]
    make: Making
    words: str

    def parse(self, context: Mapping[str, Any]) -> Context:
        """Read a context; InvalidRequest names the member that is wrong. Members that are not listed are ignored."""
        values: dict[str, Any] = {}
        brought: list[Brought] = []
        for member in self.members:
            values[member.name] = member.read(context)
            brought += member.brought(context)
        return replace(self.make(values, tuple(brought)), hook=self.name)


HOOKS: dict[str, Hook] = {}


def hook(name: str, version: str, *members: Member) -> Callable[[Making], Making]:
    """Register a contract under the hook's name; a second owner of a name is refused at import."""

    def register(make: Making) -> Making:
        if name in HOOKS:
            raise ValueError(f"hook {name} is registered twice; the other owner is {HOOKS[name].make.__module__}")
        HOOKS[name] = Hook(name, version, members, make, " ".join((make.__doc__ or "").split()))
        return make

    return register


def people(read: Mapping[str, Any]) -> dict[str, Any]:
    """Who and where, as the fields of a Context."""
    return {
        "user_id": read.get("userId"),
        "patient_id": read["patientId"],
        "encounter_id": read.get("encounterId"),
    }


def entered(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """Entries that advice can name: one without an id gets a number."""
    return tuple({**one, "id": one.get("id") or f"new-{number}"} for number, one in enumerate(resources, 1))


def references(orders: tuple[Resource, ...]) -> frozenset[str]:
    return frozenset(reference_of(order) for order in orders)
