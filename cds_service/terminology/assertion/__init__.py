"""What a sentence says of a thing that it names: that it is not there, is past, is another's, or only might be."""

from cds_service.terminology.assertion.rules import Assertion, read_assertion

__all__ = ["Assertion", "read_assertion"]
