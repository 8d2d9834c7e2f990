"""What the first page of the app costs on the sandbox: `python -m tests.bench.first_page` prints it."""

from __future__ import annotations

import os
import statistics
import tempfile
from contextlib import closing
from pathlib import Path

import requests
from playwright.sync_api import Request

from tests.browser.clinician import Clinician, chromium
from tests.browser.three_apps import ThreeApps, three_apps

PATIENT, ORDER = "tomasz-zielinski", "gabapentin 600 mg tid"
TIMES = 50
BUDGET_MS, BUDGET_BYTES = 150.0, 100_000
TICK = 1000 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder, three_apps(Path(folder)) as running:
        address, cookies, transferred = _opened(running)
        walls, cpu = _timed(address, cookies, Path(folder))
    p50, p99 = statistics.median(walls), walls[int(len(walls) * 0.99)]
    print(f"evidence page of {ORDER!r}, {TIMES} times from one client, one worker")
    print(f"server time: median {p50:.1f} ms, 99th percentile {p99:.1f} ms  {_said(p50, BUDGET_MS)}")
    print(f"CPU: {cpu:.1f} ms a page")
    print(f"transferred with an empty cache: {transferred / 1000:.1f} kB  {_said(transferred, BUDGET_BYTES)}")


def _opened(running: ThreeApps) -> tuple[str, str, int]:
    """Launched from a card as a clinician does: the page's address, its cookies, and the bytes of its requests."""
    with chromium() as browser:
        clinician = Clinician(browser.new_context().new_page(), running.addresses)
        clinician.opens(PATIENT)
        clinician.orders(ORDER)
        finished: list[Request] = []
        clinician.page.on("requestfinished", lambda one: finished.append(one))
        clinician.opens_evidence_alone(clinician.cards.first)
        clinician.page.wait_for_load_state("networkidle")
        own = [one for one in finished if one.url.startswith(running.addresses.app)]
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in clinician.page.context.cookies())  # type: ignore[typeddict-item]
        return clinician.page.url, cookies, sum(sum(one.sizes().values()) for one in own)


def _timed(address: str, cookies: str, run_dir: Path) -> tuple[list[float], float]:
    """Milliseconds until each page was there, shortest first, and of CPU for one of them."""
    with closing(requests.Session()) as session:
        session.trust_env = False
        used, walls = _cpu_ms(run_dir), []
        for _ in range(TIMES):
            answer = session.get(address, headers={"Cookie": cookies}, timeout=15)
            assert answer.status_code == 200 and "gabapentin" in answer.text
            walls.append(answer.elapsed.total_seconds() * 1000)
        return sorted(walls), (_cpu_ms(run_dir) - used) / TIMES


def _cpu_ms(run_dir: Path) -> float:
    """User and system time so far of the app's processes."""
    mark, total = f"COUNTERSIGN_RUN_DIR={run_dir}\0".encode(), 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = mark in (folder / "environ").read_bytes() and b"smart_app" in (folder / "cmdline").read_bytes()
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended meanwhile, or is another user's
        if ours:
            total += (int(fields[11]) + int(fields[12])) * TICK
    return total


def _said(value: float, budget: float) -> str:
    return "within the budget" if value <= budget else "OVER THE BUDGET"


if __name__ == "__main__":
    main()
