"""The EHR's colours (smart_style_url): taken when they keep the pages readable, otherwise left.

Specification: SMART App Launch 2.2.0, scopes#styling. Only text and background are taken, as hexadecimal colours, and
only together with a contrast of at least 7 to 1, so that every lighter shade that we derive stays above WCAG's 4.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog

from smart_app.outbound import Unreachable, get_json

DEADLINE_S = 2.0
LEAST_CONTRAST = 7.0
_COLOUR = re.compile(r"^#[0-9a-fA-F]{6}$")
log = structlog.get_logger(__name__)


def read_style(iss: str, url: str | None) -> str:
    """A style sheet of ours in the EHR's colours; empty when it offers none, or none that can be read by everyone.

    The document is fetched without a token, and from the FHIR server's origin only.
    """
    if url is None or urlsplit(url)[:2] != urlsplit(iss)[:2]:
        return ""
    try:
        return style_sheet(get_json(url, seconds=DEADLINE_S))
    except Unreachable as error:
        log.info("style not read", reason=str(error))
        return ""


def style_sheet(document: Mapping[str, Any]) -> str:
    text, ground = document.get("color_text"), document.get("color_background")
    if not all(isinstance(colour, str) and _COLOUR.match(colour) for colour in (text, ground)):
        return ""
    if contrast(str(text), str(ground)) < LEAST_CONTRAST:
        return ""
    dark = luminance(str(ground)) < 0.5
    return f":root {{ --ink: {text}; --paper: {ground}; color-scheme: {'dark' if dark else 'light'}; }}\n"


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio: from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of `#rrggbb`: from 0 (black) to 1 (white)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
