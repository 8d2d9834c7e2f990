"""A small RxNorm release in the published column layout: codes from 9000001 on, and their names, are invented."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

Atom = tuple[str, str, str, str]  # RXCUI, TTY, STR, SUPPRESS
INVENTED, SALT, BRAND, EVERYDAY, COMPONENT, PRODUCT, BRANDED = (str(9000001 + n) for n in range(7))
COMBINATION, COMBINED_BRAND, SUPPRESSED, ORPHAN, PACK = (str(9000011 + n) for n in range(5))
WARFARIN = "11289"
ATOMS: tuple[Atom, ...] = (
    (INVENTED, "IN", "zolvaritine", "N"),
    (INVENTED, "TMSY", "zolVARItine", "N"),
    (SALT, "PIN", "zolvaritine hydrochloride", "N"),
    (BRAND, "BN", "Zolvarex", "N"),
    (EVERYDAY, "BN", "Today", "N"),
    (COMPONENT, "SCDC", "zolvaritine 20 MG", "N"),
    (PRODUCT, "SCD", "zolvaritine 20 MG Oral Tablet", "N"),
    (PRODUCT, "PSN", "zolvaritine HCl 20 MG Oral Tablet", "N"),
    (BRANDED, "SBD", "zolvaritine 20 MG Oral Tablet [Zolvarex]", "N"),
    (COMBINATION, "MIN", "warfarin / zolvaritine", "N"),
    (COMBINED_BRAND, "BN", "Warzolva", "N"),
    (SUPPRESSED, "BN", "Zolvaold", "O"),
    (ORPHAN, "SCD", "orphan 5 MG Oral Tablet", "N"),
    (PACK, "GPCK", "{10 (zolvaritine 20 MG Oral Tablet) } Pack", "N"),
    (WARFARIN, "IN", "warfarin", "N"),
    (WARFARIN, "SY", "warfarinum sample", "N"),
)
# (RXCUI1, RELA, RXCUI2) reads: the second has this relation to the first.
RELATIONS: tuple[tuple[str, str, str], ...] = (
    (INVENTED, "form_of", SALT),
    (INVENTED, "tradename_of", BRAND),
    (INVENTED, "tradename_of", EVERYDAY),
    (INVENTED, "has_ingredient", COMPONENT),
    (COMPONENT, "consists_of", PRODUCT),
    (PRODUCT, "tradename_of", BRANDED),
    (BRAND, "has_ingredient", BRANDED),
    (INVENTED, "has_part", COMBINATION),
    (WARFARIN, "has_part", COMBINATION),
    (COMBINATION, "tradename_of", COMBINED_BRAND),
    (INVENTED, "tradename_of", SUPPRESSED),
    (PRODUCT, "contains", PACK),
)
INVERSE = {
    "form_of": "has_form",
    "tradename_of": "has_tradename",
    "has_ingredient": "ingredient_of",
    "consists_of": "constitutes",
    "has_part": "part_of",
    "contains": "contained_in",
}


def conso(atoms: Iterable[Atom] = ATOMS) -> str:
    lines = []
    for number, (rxcui, tty, name, suppress) in enumerate(atoms, 1):
        lines.append(f"{rxcui}|ENG|||||Y|{number}||||RXNORM|{tty}|{rxcui}|{name}||{suppress}|4096|\n")
        lines.append(f"{rxcui}|ENG|||||Y|9{number}||||MTHSPL|SU|{rxcui}|{name.upper()} other source||N||\n")
    return "".join(lines)


def rel(relations: Iterable[tuple[str, str, str]] = RELATIONS) -> str:
    lines = []
    for number, (one, rela, other) in enumerate(relations, 1):
        for first, name, second in ((one, rela, other), (other, INVERSE[rela], one)):
            lines.append(f"{first}||CUI|RO|{second}||CUI|{name}|{number}||RXNORM||||N|4096|\n")
    return "".join(lines)


def sat() -> str:
    return (
        f"{PRODUCT}||||CUI|{PRODUCT}|AT1||RXN_AVAILABLE_STRENGTH|RXNORM|20 MG|N|4096|\n"
        f"{PRODUCT}||||CUI|{PRODUCT}|AT2||RXTERM_FORM|RXNORM|Tab|N|4096|\n"
        f"{PRODUCT}||||CUI|{PRODUCT}|AT3||NDC|RXNORM|00000000000|N|4096|\n"
    )


def files(**other: str) -> dict[str, str]:
    return {"RXNCONSO": conso(), "RXNREL": rel(), "RXNSAT": sat(), **other}


def folder(path: Path, **other: str) -> Path:
    (path / "rrf").mkdir(parents=True)
    for name, text in files(**other).items():
        (path / "rrf" / f"{name}.RRF").write_text(text, "utf-8")
    return path


def archive(path: Path, **other: str) -> Path:
    """As NLM packs it: with the prescribable subset in a folder of its own."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files(**other).items():
            packed.writestr(f"prescribe/rrf/{name}.RRF", "")
            packed.writestr(f"rrf/{name}.RRF", text)
    return path
