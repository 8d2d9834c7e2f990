"""What the app reads from the patient's chart with the launch's token: medicines, problems and measurements.

Each read stands in the audit trail. A read that was not allowed or failed is said, and never looks like an empty chart.
The token goes to the FHIR base of the launch alone, also where a page of results names another address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cds_service.fhir.queries import for_the_record
from smart_app.access.opened import renewed
from smart_app.access.trail import audit
from smart_app.outbound import Unreachable, get_json
from smart_app.refusals import SessionEnded
from smart_app.sessions.views import View
from smart_app.smart.scopes import may_search
from smart_app.wording import items, members

DEADLINE_S = 3.0
MOST = 100
_WHY_NOT = {
    "not-granted": "The EHR did not allow this app to read it.",
    "status-403": "The EHR says that this may not be read (403).",
    "status-401": "The EHR no longer accepts this app's access. Open the app again from the chart.",
}


@dataclass(frozen=True, slots=True)
class Read:
    """`resources` None: not read, and `why_not` says so in a sentence. `more`: the EHR has more than were read."""

    resources: tuple[Mapping[str, Any], ...] | None
    why_not: str = ""
    more: bool = False


def read_medications(view: View) -> Read:
    return _search(view, "MedicationRequest", {})


def read_problems(view: View) -> Read:
    return _search(view, "Condition", {})


def read_measurements(view: View, category: str) -> Read:
    """`category`: laboratory or vital-signs; the newest first."""
    return _search(view, "Observation", {"category": category, "_sort": "-date"})


def _search(view: View, kind: str, params: Mapping[str, str]) -> Read:
    if not may_search(view.scopes, kind):
        return Read(None, _WHY_NOT["not-granted"])
    asked = {"patient": view.patient, **params, "_count": str(MOST)}
    what = {"resource_type": kind, "query": for_the_record(kind, asked.items())}
    try:
        bundle = _get(view, f"{kind}?{urlencode(asked)}")
    except Unreachable as error:
        _on_record(view, "failed", **what, reason=str(error))
        return Read(None, _WHY_NOT.get(str(error), "The EHR did not answer. Try again in a moment."))
    _on_record(view, "read", **what)
    found = tuple(members(entry, "resource") for entry in items(bundle, "entry"))
    own = tuple(one for one in found if one.get("resourceType") == kind and _is_of(one, view))
    return Read(own, more=any(link.get("relation") == "next" for link in items(bundle, "link")))


def _get(view: View, path: str) -> dict[str, Any]:
    """One read; an access that has ended is renewed once."""
    url = f"{view.configuration.iss.rstrip('/')}/{path}"

    def with_token(token: str) -> dict[str, Any]:
        headers = {"Accept": "application/fhir+json", "Authorization": f"Bearer {token}"}
        return get_json(url, seconds=DEADLINE_S, headers=headers)

    try:
        return with_token(view.access_token)
    except Unreachable as error:
        if str(error) != "status-401" or not view.renewable:
            raise
        try:
            fresh = renewed(view)
        except SessionEnded:  # the page is on its way already; it says so in its place
            raise error from None
        return with_token(fresh.access_token)


def _is_of(resource: Mapping[str, Any], view: View) -> bool:
    """Another patient's resource in the answer is dropped, whatever the server meant by it."""
    reference = members(resource, "subject").get("reference")
    base = view.configuration.iss.rstrip("/") + "/"
    return isinstance(reference, str) and reference.removeprefix(base) == f"Patient/{view.patient}"


def _on_record(view: View, outcome: str, **about: str) -> None:
    where = {"tenant": view.tenant, "issuer": view.configuration.iss, "patient": view.patient}
    audit("fhir-read", outcome, **where, **about)
