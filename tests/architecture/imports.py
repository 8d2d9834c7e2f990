"""What a module imports and calls, read from its source without running it, against the levels of the house."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SERVICE, APP = "cds_service", "smart_app"
# Lowest first. A room may import its own level and the ones before it.
PURE = (
    ("errors", "facts", "findings", "hooks"),
    ("terminology", "tools"),
    ("chart", "knowledge"),
    ("checks",),
    ("engine", "claims", "cards"),
)
SHELL = (
    ("settings", "outbound"),
    ("store", "fhir", "models", "tables", "views", "evidence"),
    ("reading", "governance"),
    ("rooms", "record", "supply", "reply", "answer"),
    ("conformance", "background"),
    ("web", "replay", "cli", "gunicorn_config", "gunicorn_worker", "__main__", "__init__"),
)
# The app. A package of pages imports none of the other pages; what two of them need lies lower.
APP_PAGES = ("launch", "evidence", "patient", "ask", "feedback", "quality", "catalogue", "error_pages")
APP_LEVELS = (
    ("wording", "refusals", "outbound"),
    ("smart", "record"),
    ("sessions", "library"),
    ("wiring",),
    ("access",),
    ("chart",),
    APP_PAGES,
    ("__init__", "__main__"),
)
# The parts of a large room, each room with levels of its own.
WITHIN = {
    "chart": (
        ("dates", "fhir_json", "memory", "readings", "supplied"),
        ("listing",),
        ("medications", "measurements", "care", "notes"),
        ("allergies",),
        ("problems",),
        ("model",),
        ("build", "merge", "revise", "patient"),
        ("__init__",),
    ),
    "knowledge": (
        ("cells", "problem_words"),
        ("imported",),
        ("names",),
        ("rows",),
        ("sources", "columns", "conditions", "doses", "proofs", "about"),
        ("kinds",),
        ("treated_names",),
        ("knowledge",),
        ("validate", "fitting", "passages"),
        ("load", "drafting"),
        ("__init__",),
    ),
    "store": (
        ("records", "schema"),
        ("sealing", "engine"),
        ("journal",),
        ("trail",),
        ("calls", "clients", "corpus"),
        ("feedback",),
        ("reports",),
        ("waiting",),
        ("upkeep",),
        ("migrations", "migrate"),
        ("store", "worker"),
        ("__init__",),
    ),
    "web": (
        ("ops",),
        ("edge",),
        ("auth",),
        ("hooks", "questions", "fhir"),
        ("schemas", "openapi"),
        ("pages",),
        ("__init__",),
    ),
}
# What the checks share; every other file of their room is a check, and imports no other check.
CHECKS, FOUND_BY = "checks", ("__init__", "registry")
SHARED = (("stating",), ("matching",), ("pairs", "notes"), ("care", "discharge"))
RANK = {room: rank for rank, level in enumerate((*PURE, *SHELL)) for room in level}
PURE_ROOMS = frozenset(room for level in PURE for room in level)

# What reaches out of the process, or gives another answer tomorrow.
WORLDLY = frozenset(
    """flask werkzeug gunicorn requests httpx urllib http socket ssl onnxruntime tokenizers numpy os sys pathlib shutil
    tempfile subprocess sqlalchemy sqlite3 time random secrets structlog logging threading asyncio glob""".split()  # noqa: SIM905
)
WORLDLY_CALLS = frozenset({"open", "input", "print", "exec", "eval", "__import__"})
CLOCKS = frozenset({"now", "utcnow", "today"})
TRAINING = frozenset({"torch", "transformers", "optimum"})


@dataclass(frozen=True, slots=True)
class Import:
    """`name` is dotted and absolute; `inside` is True within a function."""

    name: str
    line: int
    inside: bool

    @property
    def top(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """`path` is relative to the folder that holds the packages."""

    path: Path
    source: str

    @property
    def room(self) -> str:
        """The part of the house it belongs to: a folder or a file directly in its package."""
        return self.path.parts[1].removesuffix(".py")

    @property
    def part(self) -> str:
        """The part of its room: a folder or a file directly in it."""
        return self.path.parts[2].removesuffix(".py")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, str(self.path))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        functions = [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        within = {id(node) for function in functions for node in ast.walk(function)}
        return tuple(
            Import(name, getattr(node, "lineno", 0), id(node) in within)
            for node in ast.walk(self.tree)
            for name in self._named(node)
        )

    def _named(self, node: ast.AST) -> Sequence[str]:
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if not isinstance(node, ast.ImportFrom):
            return []
        package = self.path.with_suffix("").parts[: -node.level] if node.level else ()
        base = ".".join((*package, *filter(None, [node.module])))
        return [f"{base}.{alias.name}" for alias in node.names]


def modules(root: Path, *packages: str) -> list[Module]:
    found = (path for package in packages for path in sorted((root / package).rglob("*.py")))
    return [Module(path.relative_to(root), path.read_text("utf-8")) for path in found]


def upward(module: Module) -> Iterator[str]:
    """Imports of a room of the service that is on a higher level than the module's own."""
    if module.room not in RANK:
        yield f"{module.path}: {module.room} has no level in the house"
        return
    for one in module.imports:
        room = _room(one.name)
        if room and RANK.get(room, len(RANK)) > RANK[module.room]:
            yield f"{module.path}:{one.line}: {module.room} imports {one.name}, which is on a higher level"


def upward_in_app(module: Module) -> Iterator[str]:
    """Imports within the app that go up, or from one package of pages to another."""
    ranks = {room: rank for rank, level in enumerate(APP_LEVELS) for room in level}
    if module.room not in ranks:
        yield f"{module.path}: {module.room} has no level in the app"
        return
    for one in module.imports:
        room = one.name.removeprefix(f"{APP}.").partition(".")[0]
        if one.top != APP or room == module.room:
            continue
        sideways = room in APP_PAGES and module.room in APP_PAGES
        if sideways or ranks.get(room, len(ranks)) > ranks[module.room]:
            yield f"{module.path}:{one.line}: {module.room} imports {one.name}"


def upward_within(module: Module) -> Iterator[str]:
    """Imports of a higher part of the module's own room; a name of the room itself is higher than all its parts."""
    ranks = {part: rank for rank, level in enumerate(WITHIN[module.room]) for part in level}
    if module.part not in ranks:
        yield f"{module.path}: {module.part} has no level in {module.room}"
        return
    if module.part == "__init__":
        return
    for one in module.imports:
        package, _, rest = one.name.removeprefix(f"{SERVICE}.").partition(".")
        if package == module.room and ranks.get(rest.partition(".")[0], len(ranks)) > ranks[module.part]:
            yield f"{module.path}:{one.line}: {module.part} imports {one.name}"


def upward_in_checks(module: Module) -> Iterator[str]:
    """Imports from a check of another check, or from what checks share of a check or of a higher folder."""
    ranks = {folder: rank for rank, level in enumerate(SHARED) for folder in level}
    is_folder = len(module.path.parts) > 3
    if is_folder and module.part not in ranks:
        yield f"{module.path}: {module.part} has no level among what checks share"
    own = ranks.get(module.part, len(SHARED))
    for one in module.imports:
        package, _, rest = one.name.removeprefix(f"{SERVICE}.").partition(".")
        part = rest.partition(".")[0]
        if package != CHECKS or part == module.part or (part == "registry" and not is_folder):
            continue
        if ranks.get(part, len(SHARED)) >= own:
            yield f"{module.path}:{one.line}: {module.part} imports {one.name}"


def registered(module: Module) -> int:
    """How many checks the module registers."""
    functions = (node for node in module.tree.body if isinstance(node, ast.FunctionDef))
    decorators = (decorator for function in functions for decorator in function.decorator_list)
    return sum(_called(decorator) == "check" for decorator in decorators)


def private(module: Module, *packages: str) -> Iterator[str]:
    """Names that begin with an underscore, imported from another module of `packages`."""
    for one in module.imports:
        if one.top in packages and one.name.rpartition(".")[2].startswith("_") and not one.name.endswith("__"):
            yield f"{module.path}:{one.line}: imports {one.name}"


def worldly(module: Module) -> Iterator[str]:
    """Imports and calls by which a pure level would touch network, disk, clock or chance."""
    if module.room not in PURE_ROOMS:
        return
    yield from (f"{module.path}:{one.line}: imports {one.name}" for one in module.imports if one.top in WORLDLY)
    for node in ast.walk(module.tree):
        called = _called(node)
        if called in WORLDLY_CALLS or (called.rpartition(".")[2] in CLOCKS and "." in called):
            yield f"{module.path}:{getattr(node, 'lineno', 0)}: calls {called}"


def foreign(module: Module, *packages: str) -> Iterator[str]:
    """Imports of packages that this module must not know."""
    yield from (f"{module.path}:{one.line}: imports {one.name}" for one in module.imports if one.top in packages)


def eager_training(module: Module) -> Iterator[str]:
    """Training libraries imported as soon as the module is, instead of inside the function that trains."""
    early = (one for one in module.imports if one.top in TRAINING and not one.inside)
    yield from (f"{module.path}:{one.line}: imports {one.name} outside a function" for one in early)


def _room(name: str) -> str:
    """The room that an absolute name is in; `__init__` for a name of the package itself; empty outside the service."""
    top, _, rest = name.partition(".")
    if top != SERVICE:
        return ""
    room = rest.partition(".")[0]
    return room if room in RANK else "__init__"


def _called(node: ast.AST) -> str:
    """The dotted name of a call such as `datetime.now`; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return f"{function.value.id}.{function.attr}"
    return ""
