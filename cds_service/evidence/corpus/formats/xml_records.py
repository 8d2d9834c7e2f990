"""XML of any size, one element after another: no entities, nothing external, and what was read is let go."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from cds_service.errors import CorpusError
from cds_service.evidence.corpus.files import Member


def xml_elements(member: Member, *names: str) -> Iterator[Element]:
    """Every element of these local names, whole. CorpusError: it does not parse, or defines entities."""
    count = 0
    stack: list[Element] = []
    try:
        for event, element in iterparse(member.stream, events=("start", "end")):
            if event == "start":
                stack.append(element)
                continue
            stack.pop()
            if local(element) in names:
                yield element
                count += 1
                member.stream.begin_record()
                element.clear()
                if stack:
                    stack[-1].remove(element)
    except DefusedXmlException as error:
        raise CorpusError(f"it defines entities or reaches outside ({type(error).__name__}) and is refused") from None
    except (ParseError, LookupError, ValueError) as error:
        reason = str(error) if isinstance(error, ParseError) else type(error).__name__
        raise CorpusError(f"it is no whole XML after record {count}: {reason}") from None


def local(element: Element) -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element | None, *path: str) -> list[Element]:
    """Elements along a path of local names."""
    found = [] if element is None else [element]
    for name in path:
        found = [child for one in found for child in one if local(child) == name]
    return found


def child(element: Element | None, *path: str) -> Element | None:
    return next(iter(children(element, *path)), None)


def words(element: Element | None) -> str:
    """All text within, in reading order."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
