"""order-dispatch 1.1, and its 1.0 form: a performer is chosen for orders that exist. Nobody is named as user.

The context names the orders by reference. 1.0 names one (`order`, with a `task`), 1.1 a list (`dispatchedOrders`, with
`fulfillmentTasks`, which the library's own example spells `fulfillment-tasks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.hooks.contract import Context, hook, people
from cds_service.hooks.members import ENCOUNTER, PATIENT, Brought, Schema, TypedId, TypedIds, resource_at

_LISTS = ("fulfillmentTasks", "fulfillment-tasks")


@dataclass(frozen=True, slots=True)
class DispatchedOrders:
    """`dispatchedOrders`, or `order` of the older form, as a tuple of references without repeats."""

    name: str = "dispatchedOrders"
    required: bool = True

    def read(self, context: Mapping[str, Any]) -> tuple[str, ...]:
        if self.name not in context and "order" in context:
            return (TypedId("order").read(context) or "",)
        named = TypedIds(self.name).read(context)
        if not named:
            raise InvalidRequest("at least one order is dispatched", f"context.{self.name}")
        return tuple(dict.fromkeys(named))

    def brought(self, context: Mapping[str, Any]) -> Sequence[Brought]:  # noqa: ARG002
        return ()

    def schemas(self) -> Mapping[str, Schema]:
        (listed,) = TypedIds(self.name).schemas().values()
        return {self.name: {**listed, "minItems": 1}, **TypedId("order").schemas()}


@dataclass(frozen=True, slots=True)
class Tasks:
    """The tasks that go with the orders, in any of the three spellings: whose they are is looked at."""

    name: str = "fulfillmentTasks"
    required: bool = False

    def read(self, context: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
        return tuple(task for _, task in self.brought(context))

    def brought(self, context: Mapping[str, Any]) -> Sequence[Brought]:
        found: list[Brought] = []
        for name in _LISTS:
            tasks = context.get(name) or []
            if not isinstance(tasks, list):
                raise InvalidRequest(f"{name} must be an array of Task resources", f"context.{name}")
            places = [f"context.{name}[{n}]" for n in range(len(tasks))]
            found += [(where, resource_at(task, where)) for where, task in zip(places, tasks, strict=True)]
        if context.get("task") is not None:
            found.append(("context.task", resource_at(context["task"], "context.task")))
        return found

    def schemas(self) -> Mapping[str, Schema]:
        kind: Schema = {"type": "string"}
        task: Schema = {"type": "object", "required": ["resourceType"], "properties": {"resourceType": kind}}
        return {**{name: {"type": "array", "items": task} for name in _LISTS}, "task": task}


@hook("order-dispatch", "1.1", PATIENT, ENCOUNTER, DispatchedOrders(), TypedId("performer"), Tasks())
def order_dispatch(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """A performer was chosen for orders that exist already."""
    named = read["dispatchedOrders"]
    return Context(**people(read), named=named, focus=frozenset(named), brought=brought)
