"""The house rules that a machine can check: length, cycles, names, docstrings, licences, the wheel."""

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
PACKAGE = SRC / "driftline"
UNIT = ROOT / "tests" / "unit"
CODE = ("src", "tests", "bench", "tools", "docs", "ui/src")
MAX_LINES = 400
MAX_FUNCTION = 59
FORBIDDEN = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "core", "misc"}
HEAVY = ("numpy", "pandas", "pyarrow", "duckdb", "sqlglot", "scipy", "sklearn")
# Written in two halves, so that this file does not find itself.
REGISTRIES = (
    "registry." + "npmjs.org",
    "registry." + "yarnpkg.com",
    "files." + "pythonhosted.org",
    "pypi." + "org/simple",
)
MACHINE_PATH = re.compile(r"(?<![\w.~/})-])/(?:work|root|home/\w+|Users/\w+|opt/pypi\w*)/")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def tracked(*suffixes: str) -> list[Path]:
    """Return the project's files: those in git and those that are about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    files = sorted({ROOT / name for name in listed.split("\0") if name})
    return [file for file in files if file.is_file() and (not suffixes or file.suffix in suffixes)]


def code(*suffixes: str) -> list[Path]:
    """Return the files that people write code in; what a tool builds (static) is not among them."""
    roots = [ROOT / name for name in CODE]
    return [
        file
        for file in tracked(*suffixes)
        if any(file.is_relative_to(root) for root in roots) and "static" not in file.parts
    ]


def parsed(*roots: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in code(".py"):
        if any(file.is_relative_to(root) for root in roots):
            yield file, ast.parse(file.read_text("utf-8"))


def module_name(file: Path) -> str:
    parts = file.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def short(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    suffixes = (".py", ".ts", ".tsx", ".css", ".sql", ".sh")
    lengths = {short(file): file.read_text("utf-8").count("\n") for file in code(*suffixes)}
    assert {file: lines for file, lines in lengths.items() if lines > MAX_LINES} == {}


def test_every_function_is_shorter_than_sixty_lines() -> None:
    long = {}
    for file, tree in parsed(ROOT):
        for node in ast.walk(tree):
            if isinstance(node, FunctionNode):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION:
                    long[f"{short(file)}:{node.name}"] = lines
    assert long == {}


def imported(tree: ast.AST, package: str) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield every import that names ``package``, wherever it stands, but for those made for type checkers."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""] if not node.level else [package]
        if any(name.partition(".")[0] == package for name in names):
            assert isinstance(node, ast.Import | ast.ImportFrom)
            yield node
        yield from imported(node, package)


def loaded_later(tree: ast.AST) -> Iterator[str]:
    """Yield every module that is named to ``later.module``, which imports it when it is used."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "later.module":
            yield ast.literal_eval(node.args[0])


def import_graph() -> dict[str, set[str]]:
    """Return which first-party modules each first-party module names in its imports, inside functions too."""
    trees = {module_name(file): tree for file, tree in parsed(SRC)}
    graph: dict[str, set[str]] = {name: set() for name in trees}
    for name, tree in trees.items():
        for node in imported(tree, "driftline"):
            if isinstance(node, ast.Import):
                graph[name].update(alias.name for alias in node.names if alias.name in trees)
                continue
            assert node.level == 0, f"{name} has a relative import"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                graph[name].add(inner if inner in trees else str(node.module))
        graph[name].update(loaded for loaded in loaded_later(tree) if loaded in trees)
        graph[name].discard(name)
    return graph


def reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in graph.get(waiting.pop(), ()):
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def test_no_module_reaches_itself_counting_imports_inside_functions() -> None:
    graph = import_graph()
    assert len(graph) > 5
    assert [name for name in graph if name in reachable(graph, name)] == []


def test_modules_that_are_loaded_later_count_as_imports() -> None:
    graph = import_graph()
    assert "driftline.engine.compare" in graph["driftline.engine.ingest"]
    assert "driftline.store.ledger" in graph["driftline.store.store"]


def capture_layers() -> dict[str, int]:
    """Return for each room of capture how far up it lies, as the import contract has it; 0 = at the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    (layers,) = [one["layers"] for one in contracts if one.get("containers") == ["driftline.capture"]]
    return {room: place for place, layer in enumerate(layers) for room in layer.split(" | ")}


def named_modules(names: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each text in the source that is the name of a module of ours, with the module that it stands in."""
    for file, tree in parsed(SRC):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node.value in names:
                yield module_name(file), str(node.value)


def test_rooms_of_capture_name_no_other_rooms_above_them_than_the_architecture_says() -> None:
    """Modules that are loaded by their names are no imports to the import contract."""
    layers = capture_layers()
    found = set()
    for name, named in named_modules({module_name(file) for file, _ in parsed(SRC)} - {"driftline"}):
        mine, theirs = name.split(".")[1:3], named.split(".")[1:3]
        if mine[0] == theirs[0] == "capture" and mine != theirs and layers[mine[-1]] >= layers[theirs[-1]]:
            found.add(f"`{mine[-1]}` → `{theirs[-1]}`")
    said = re.search(r"without importing it: ([^.]*)\.", (ROOT / "docs" / "architecture.md").read_text("utf-8"))
    assert said
    assert found == set(re.findall(r"`\w+` → `\w+`", said[1]))


def test_texts_that_look_like_names_of_our_modules_are_names_of_modules_that_there_are() -> None:
    every = {module_name(file) for file, _ in parsed(SRC)} | {"driftline.db", "driftline.toml", "driftline.misspelt"}
    missing = []
    for file, tree in parsed(SRC):
        put_together = [node.values[0] for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and node.values]
        for node in ast.walk(tree):
            text = str(node.value) if isinstance(node, ast.Constant) else ""
            if re.fullmatch(r"driftline(\.[a-z]\w*)+(:\w+)?", text) and text.partition(":")[0] not in every:
                missing.append(f"{short(file)}:{node.lineno}: {text}")
            elif node in put_together and text.startswith("driftline.") and module_name(file) != "driftline":
                missing.append(f"{short(file)}:{node.lineno}: {text} and more, which nobody can check")
    assert missing == []


def test_the_cycle_check_finds_a_planted_cycle() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}
    assert [name for name in graph if name in reachable(graph, name)] == ["a", "b", "c"]


def test_no_function_imports_our_own_modules() -> None:
    found = []
    for file, tree in parsed(SRC):
        for function in ast.walk(tree):
            if isinstance(function, FunctionNode):
                found += [f"{short(file)}:{node.lineno}" for node in imported(function, "driftline")]
    assert found == []


def loaded_by(statement: str) -> set[str]:
    """Return the modules that a fresh interpreter loads for ``statement`` on top of its own."""
    script = f"import sys; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_driftline_loads_nothing_heavy() -> None:
    loaded = loaded_by("import driftline")
    assert loaded & {*HEAVY, "starlette", "uvicorn", "msgspec", "click", "rich", "sqlite3"} == set()
    assert {name for name in loaded if name.startswith("driftline")} == {"driftline", "driftline.hidden"}
    assert {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names == {"driftline"}
    assert len(loaded) <= 40, sorted(loaded)  # importlib and typing, with what they load themselves


def test_naming_everything_public_loads_no_dataframe_library() -> None:
    loaded = loaded_by("import driftline; [getattr(driftline, name) for name in driftline.__all__]")
    assert loaded & {*HEAVY, "starlette", "uvicorn"} == set()


def test_what_runs_in_programs_loads_where_there_is_no_fork() -> None:
    """As on Windows, whose Python has neither these functions nor these modules."""
    rooms = (PACKAGE / "capture", PACKAGE / "guard")
    names = [module_name(file) for file in code(".py") if any(file.is_relative_to(room) for room in rooms)]
    without = (
        "import importlib, os, sys\n"
        "del os.register_at_fork, os.fork\n"
        "sys.modules.update(dict.fromkeys(('fcntl', 'resource')))\n"
        f"for name in {names}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_public_interface_fits_in_sixty_lines() -> None:
    assert len((PACKAGE / "__init__.py").read_text("utf-8").splitlines()) < 60


def words(name: str) -> set[str]:
    return set(re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name).lower().replace("_", " ").replace("-", " ").split())


def test_nothing_is_called_utils_or_manager() -> None:
    places = {part for file in code() for part in file.relative_to(ROOT).with_suffix("").parts}
    found = {name for name in places if words(name.partition(".")[0]) & FORBIDDEN}
    for file, tree in parsed(ROOT):
        classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        found |= {f"{short(file)}:{name}" for name in classes if words(name) & FORBIDDEN}
    assert found == set()


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = []
    for file in tracked():
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        hits = [host for host in REGISTRIES if host in text]
        hits += [match.group() for match in MACHINE_PATH.finditer(text)]
        found += [f"{short(file)}: {hit}" for hit in hits]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    assert [short(file) for file, tree in parsed(SRC) if not ast.get_docstring(tree)] == []


def test_every_unit_test_mirrors_a_source_file() -> None:
    astray = []
    for file in tracked(".py"):
        if file.is_relative_to(UNIT) and file.name.startswith("test_"):
            source = PACKAGE / file.relative_to(UNIT).parent / file.stem.removeprefix("test_")
            if not (source.is_dir() or source.with_suffix(".py").is_file()):
                astray.append(short(file))
    assert astray == []


def test_every_room_with_code_has_unit_tests() -> None:
    rooms = {file.parent for file in code(".py") if file.parent.parent == PACKAGE and file.stem != "__init__"}
    assert [room.name for room in sorted(rooms) if not list((UNIT / room.name).glob("**/test_*.py"))] == []


def requirements(extra: str) -> set[str]:
    """Return the names of everything that installing driftline with ``extra`` brings along."""
    from packaging.requirements import Requirement

    seen: set[tuple[str, str]] = set()
    waiting = [("driftline", ""), ("driftline", extra)]
    while waiting:
        name, wanted = waiting.pop()
        for requirement in map(Requirement, importlib.metadata.requires(name) or ()):
            here = requirement.marker is None or requirement.marker.evaluate({"extra": wanted})
            fresh = {(requirement.name, inner) for inner in ("", *requirement.extras)} - seen if here else set()
            seen |= fresh
            waiting += fresh
    return {name for name, _ in seen} - {"driftline"}


def licence(name: str) -> str:
    metadata = importlib.metadata.metadata(name)
    classifiers = [text for text in metadata.get_all("Classifier") or () if text.startswith("License ::")]
    said = metadata.get("License-Expression") or " ".join(classifiers) or metadata.get("License") or ""
    return str(said).partition("\n")[0]


@pytest.mark.parametrize("extra", ["", "demo"])
def test_every_dependency_has_a_permissive_licence(extra: str) -> None:
    # MPL-2.0 binds changes to its own files only; the Python licence is of the BSD kind.
    permissive = re.compile(
        r"MIT|BSD|Apache|ISC|Python Software Foundation|PSF|MPL-2\.0|Mozilla Public|Zlib|CC0|Unlicense"
    )
    said = {name: licence(name) for name in requirements(extra)}
    assert len(said) > 10
    assert {name: text for name, text in said.items() if not permissive.search(text) or "GPL" in text} == {}


@pytest.mark.skipif(importlib.util.find_spec("hatchling") is None, reason="needs hatchling")
def test_the_wheel_holds_the_page_the_statements_and_the_types(tmp_path: Path) -> None:
    command = [
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "-w",
        str(tmp_path),
        ".",
    ]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {
        "serve/static/index.html",
        "store/lineage.sql",
        "store/edges.sql",
        "store/migrations/0002_facts.sql",
        "py.typed",
        "__init__.py",
    }
    assert {f"driftline/{name}" for name in wanted} - names == set()
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"driftline"}
    assert not [name for name in names if name.endswith((".db", ".pyc"))]
