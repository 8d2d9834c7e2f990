"""The export environment has no libraries of the service: every task loads there, with its training data."""

from __future__ import annotations

import subprocess
import sys

# What the export environment has (model_export/requirements.txt and what comes with it) is not in this list.
WORK = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"flask", "sqlalchemy", "striprtf", "authlib", "joserfc", "httpx", "alembic"}:
            raise ImportError(f"{name} is not in the export environment")

sys.meta_path.insert(0, Blocked())
from model_export.tasks import discover
from model_export.linking.data import lexicon_names
print(sorted(name for name, task in discover().items() if task.train), len(lexicon_names()) > 5000)
"""


def test_tasks_that_train_load_without_them() -> None:
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.strip().endswith("True") and "drug-linking" in done.stdout
