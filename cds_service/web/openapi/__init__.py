"""The OpenAPI 3.1 description of this service: `document` joins the app's routes with the words of each operation."""

from cds_service.web.openapi.document import document, routes
from cds_service.web.openapi.operations import OPERATIONS

__all__ = ["OPERATIONS", "document", "routes"]
