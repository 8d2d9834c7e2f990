"""The writer slot: a language model may put verified claims in other words, after the card and never in its way."""

from cds_service.evidence.writing.slot import Writer, open_writer

__all__ = ["Writer", "open_writer"]
