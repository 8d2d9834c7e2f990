"""What each address does and every status it can give: the words of the OpenAPI document, one entry per operation.

The document joins them with the routes that the app really has. A route without an entry here fails a test, and so does
a status that a server gives and that does not stand here.
"""

from __future__ import annotations

from cds_service.web.openapi import cds_hooks, evidence, fhir, integrators, running
from cds_service.web.openapi.operation import Operations

OPERATIONS: Operations = {
    **cds_hooks.OPERATIONS,
    **evidence.OPERATIONS,
    **integrators.OPERATIONS,
    **running.OPERATIONS,
    **fhir.OPERATIONS,
}
