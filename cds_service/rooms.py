"""What one worker has opened, handed from room to room; and the services it offers, derived from the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from cds_service.cards.orderables import Orderables
from cds_service.checks import CHECKS, Check
from cds_service.evidence.opening import EvidenceSearch
from cds_service.fhir.note_bodies import KEY as NOTES
from cds_service.fhir.servers import FhirServers
from cds_service.hooks import HOOKS
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import Passage
from cds_service.models import Models
from cds_service.reading import ReadingCache
from cds_service.reading.notes import NoteCache
from cds_service.settings import Settings
from cds_service.store import Keyring, ReplayGuard, Store
from cds_service.views import View


@dataclass(frozen=True, slots=True)
class Service:
    """One CDS service. `prefetch_keys` are those that its checks need, after what every order service asks for.

    Of these, `required` are the keys without which it cannot answer at all: 412 when they are not to be had. A view is
    a service of its own that speaks of some `topics` of its `base`, and sends nothing below the display `minimum`.
    """

    id: str
    title: str
    description: str
    hooks: tuple[str, ...]
    prefetch_keys: tuple[str, ...]
    usage_requirements: str
    required: tuple[str, ...] = ()
    base: str = ""
    topics: frozenset[str] = frozenset()
    minimum: str = "info"

    @property
    def filled_keys(self) -> tuple[str, ...]:
        """What is read from the EHR's server where a call does not bring it.

        An order does not wait for twenty documents: notes are read only where the service is about them.
        """
        return tuple(key for key in self.prefetch_keys if key != NOTES or key in self.required)


@dataclass(frozen=True)
class Rooms:
    """`clock` gives aware UTC time, `evidence` the search, which the first question opens. Everything here is safe to
    share between the threads of a worker."""

    settings: Settings
    keyring: Keyring
    store: Store
    replay_guard: ReplayGuard
    knowledge: Knowledge
    passages: Mapping[str, Passage]
    models: Models
    services: Mapping[str, Service]
    clock: Callable[[], datetime]
    evidence: Callable[[], EvidenceSearch]
    readings: ReadingCache = field(default_factory=ReadingCache)
    note_readings: NoteCache = field(default_factory=NoteCache)
    fhir: FhirServers = field(default_factory=FhirServers)
    orderables: Orderables = field(default_factory=Orderables)


# Title and description of each service; hooks and prefetch come from its checks.
_WORDS: Mapping[str, tuple[str, str]] = {
    "medication-safety": (
        "Medication safety",
        "Checks the orders being written against the patient's medications, allergies and kidney function: "
        "interactions, allergies, duplicate therapy and renal dosing, each with its source. "
        "Says what it could not check.",
    ),
    "companion-orders": (
        "Companion orders",
        "Offers what an order calls for and the chart lacks: baseline and follow-up tests with their windows, the "
        "monitoring that an interaction asks for, and companion drugs such as a laxative beside an opioid. Names a "
        "test that is repeated before it can tell anything new.",
    ),
    "order-completion": (
        "Order completion",
        "Turns an order that was typed as text into a structured one, shown beside the words each field came from, "
        "and offers the problem that an order without an indication most likely treats. It infers no diagnosis.",
    ),
    "chart-reconciliation": (
        "Chart reconciliation",
        "Reads the notes of the chart for allergies, long-standing conditions and home medications that stand only "
        "there, and offers each with the sentence it was read from; asks where a note contradicts a list. It never "
        "removes, refutes or ends an entry. Notes behind a reference, and those that could not be read, are named.",
    ),
    "care-checklist": (
        "Care checklist",
        "A checklist of preventive and chronic care that fits this patient now, by age, sex, problems, medications and "
        "pregnancy: each item met, open or not known, with its proof and source, in one card; nothing open gives none. "
        "Declined and contraindicated items are shown as such. Orders and vaccine recommendations are offered.",
    ),
    "discharge-instructions": (
        "Discharge instructions",
        "What changed in the medicines during the stay, told from orders and home lists: new, changed, stopped, "
        "continued, on hold, or not decided yet; and plain-language instructions for the patient, each traced to its "
        "order, with cited words of safety and the tests that are due. What is not recorded is asked, never guessed.",
    ),
}
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "chart-reconciliation": ("notes",),
    "care-checklist": ("patient",),
    "discharge-instructions": ("patient",),
}
_COMMON_KEYS = ("patient", "encounter", "medications", "statements", "allergies", "problems")
_USAGE = (
    "Works from prefetch alone. Without `medications` interactions and duplicates are not checked, without `allergies` "
    "allergies are not, without `labs` and `vitals` renal dosing is not; each answer says so in its extension "
    "`org.countersign.assessment`, and warns when medications or allergies could not be read."
)
_USAGES: Mapping[str, str] = {
    "chart-reconciliation": "Needs `notes`: 412 when neither the call nor the EHR's server gives them. Plain, HTML and "
    "RTF text that comes inline is read at once; what stands behind a reference is read between calls by the worker. "
    "Without `allergies`, `problems` or `medications` nothing is offered for that list, and the answer says so.",
    "care-checklist": "Needs `patient`: 412 when neither the call nor the EHR's server gives it. An item whose proof "
    "would stand under a key that did not come (`labs`, `vitals`, `immunizations`, `procedures`, `screenings`, "
    "`social`) is not known, never open; without `problems` or `medications` the items for them are left out. Each "
    "answer says so.",
    "discharge-instructions": "Needs `patient`: 412 when neither the call nor the EHR's server gives it. `encounter` "
    "says when the stay began; without it nothing is called new, changed or stopped. Without `order_history` what was "
    "stopped may be missing; without any home list (`statements`, `statement_history`, `order_history`) nothing is "
    "called new. Orders of the category inpatient are left out. Each answer says what it lacked.",
}


def offered_services(
    knowledge: Knowledge, checks: Mapping[str, Check] = CHECKS, views: Mapping[str, View] | None = None
) -> dict[str, Service]:
    """Every service that a check belongs to, by id, and the views after them."""
    services = {service_id: _service(service_id, knowledge, checks) for service_id in _WORDS}
    return {
        **services,
        **{view.id: _as_service(view, services[view.service], checks) for view in (views or {}).values()},
    }


def _as_service(view: View, base: Service, checks: Mapping[str, Check]) -> Service:
    mine = [one for one in checks.values() if one.service == base.id and one.topic in view.topics]
    needed = {*_COMMON_KEYS, *base.required, *(key for check in mine for key in check.needs)}
    return replace(
        base,
        id=view.id,
        title=view.title,
        description=view.description,
        hooks=tuple(hook for hook in base.hooks if not view.hooks or hook in view.hooks),
        prefetch_keys=tuple(key for key in base.prefetch_keys if key in needed),
        base=base.id,
        topics=frozenset(view.topics),
        minimum=view.minimum,
    )


def _service(service_id: str, knowledge: Knowledge, checks: Mapping[str, Check]) -> Service:
    mine = [check for check in checks.values() if check.service == service_id]
    title, description = _WORDS[service_id]
    if knowledge.silent:
        description += f" {knowledge.silent} rows that this site has not reviewed are silent."
    return Service(
        id=service_id,
        base=service_id,
        title=title,
        description=description,
        hooks=tuple(hook for hook in HOOKS if any(hook in check.hooks for check in mine)),
        prefetch_keys=tuple(dict.fromkeys([*_COMMON_KEYS, *(key for check in mine for key in check.needs)])),
        usage_requirements=_USAGES.get(service_id, _USAGE),
        required=_REQUIRED.get(service_id, ()),
    )
