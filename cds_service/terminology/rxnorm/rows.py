"""The three files of an RxNorm release that names come from, column by column.

Source: RxNorm Technical Documentation, NLM, "RxNorm files": fields in order, each ended by `|`, in UTF-8.
"""

from __future__ import annotations

from collections.abc import Mapping

CONCEPTS, RELATIONS, ATTRIBUTES = "RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF"
FILES: Mapping[str, tuple[str, ...]] = {
    CONCEPTS: tuple(
        "RXCUI LAT TS LUI STT SUI ISPREF RXAUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF".split()  # noqa: SIM905
    ),
    RELATIONS: tuple(
        "RXCUI1 RXAUI1 STYPE1 REL RXCUI2 RXAUI2 STYPE2 RELA RUI SRUI SAB SL RG DIR SUPPRESS CVF".split()  # noqa: SIM905
    ),
    ATTRIBUTES: tuple("RXCUI LUI SUI RXAUI STYPE CODE ATUI SATUI ATN SAB ATV SUPPRESS CVF".split()),  # noqa: SIM905
}


class RrfError(ValueError):
    """A line is not what the file should hold; says why."""


def cells(file: str, line: bytes) -> list[str]:
    """The fields of one line. RrfError: it is not UTF-8, or has not the columns of the file."""
    try:
        text = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise RrfError("it is not UTF-8") from None
    found = text.split("|")
    columns = FILES[file]
    if len(found) != len(columns) + 1 or found[-1]:
        raise RrfError(f"it has {len(found) - 1} fields that end with |, and {file} has {len(columns)}")
    return found


def column(file: str, name: str) -> int:
    """The place of a column."""
    return FILES[file].index(name)
