"""Prometheus figures of FHIR reads. Labels are names of ours: resource types that we ask for, and fixed outcomes."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

from cds_service.fhir.client import ReadReport

READS = Counter("countersign_fhir_reads", "Requests to clients' FHIR servers", ["resource_type", "outcome"])
SECONDS = Histogram(
    "countersign_fhir_read_seconds",
    "Time of one request to a FHIR server",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0),
)
REFUSED = Counter("countersign_fhir_refused", "Calls whose FHIR server or token was not used")


def count(report: ReadReport) -> None:
    READS.labels(report.resource_type, report.outcome).inc()
    SECONDS.observe(report.seconds)
