"""What can go wrong, each with the HTTP status that the web edge answers with.

CountersignError                500
├── InvalidRequest              400  the body breaks the CDS Hooks contract; `where` says which element
├── NotAuthenticated            401  the client's JWT does not stand; the reason is for our log only
├── NotPermitted                403  the token does not reach as far as what was asked for
├── UnknownService              404  no service of this id
├── PrefetchFailed              412  required data can be had neither from prefetch nor from the FHIR server
├── BodyTooLarge                413
├── UnsupportedMediaType        415
├── StoreUnavailable            503  a store that must not be passed over did not answer
├── SettingsError               start-up: a setting is missing or unusable
├── KnowledgeError              start-up: a table row is not usable; names file and line
├── CorpusError                 a file or a record to be imported is not usable; names file and record
└── ModelRefused                a weight file is missing or its digest differs; the service goes on degraded
"""

from __future__ import annotations


class CountersignError(Exception):
    """Root of the tree. `str(error)` is safe to show: it never carries patient data or tokens."""

    status = 500
    issue_code = "exception"  # FHIR IssueType of the OperationOutcome


class InvalidRequest(CountersignError):
    """The request body breaks the contract. `where` is a path such as `context.patientId`."""

    status = 400
    issue_code = "invalid"

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


class NotAuthenticated(CountersignError):
    """The caller did not prove who it is. The text is the reason, for the log; the answer never carries it."""

    status = 401
    issue_code = "login"


class NotPermitted(CountersignError):
    """The caller is known, and its token does not reach as far as what it asked for."""

    status = 403
    issue_code = "forbidden"


class UnknownService(CountersignError):
    """No CDS service of this id."""

    status = 404
    issue_code = "not-found"


class PrefetchFailed(CountersignError):
    """Data that a service cannot do without is in neither prefetch nor reach."""

    status = 412
    issue_code = "required"


class BodyTooLarge(CountersignError):
    """The body is longer than COUNTERSIGN_MAX_BODY_BYTES."""

    status = 413
    issue_code = "too-long"


class UnsupportedMediaType(CountersignError):
    """The body is not declared as JSON."""

    status = 415
    issue_code = "not-supported"


class StoreUnavailable(CountersignError):
    """A store that must not be passed over (replay guard, feedback) did not answer."""

    status = 503
    issue_code = "transient"


class SettingsError(CountersignError):
    """A setting is missing or unusable; the text names the variable."""


class KnowledgeError(CountersignError):
    """A knowledge row is not usable; the text names file and line."""


class CorpusError(CountersignError):
    """A file or a record to be imported is not usable; the text names file and record."""


class ModelRefused(CountersignError):
    """A weight file is missing, or its sha256 is not the manifest's."""
