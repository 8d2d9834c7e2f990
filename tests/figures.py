"""Lines that a run prints at its end: times that depend on the machine, so that no test stands on them."""

from __future__ import annotations

from typing import Any

import pytest

FIGURES: list[str] = []
_SENT = "figures"


@pytest.fixture
def figures() -> list[str]:
    return FIGURES


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its lines to the process that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_SENT] = FIGURES


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    FIGURES.extend(getattr(node, "workeroutput", {}).get(_SENT, ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("figures")
        for line in FIGURES:
            terminalreporter.write_line(line)
