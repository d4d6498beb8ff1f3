"""What a script is made of and runs in: its files, the commit they belong to, Python and the data libraries.

Enters: the script's file and what has been imported. Leaves: a version over the script and the modules of its own
folder, the place of a git commit, the versions of libraries. Reads ``.git`` as files; never runs git or anything
else, and imports nothing that was not imported.
"""

import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterable
from typing import Any, NamedTuple

import xxhash

from driftline import later
from driftline.capture.ground import imported

LIBRARIES = (
    "adbc_driver_manager", "boto3", "catboost", "cudf", "dask", "datasets", "deltalake", "duckdb", "fsspec", "gensim",
    "geopandas", "h5py", "ibis", "jax", "joblib", "keras", "lightgbm", "llama_index", "langchain", "matplotlib",
    "mlflow", "modin", "numpy", "openai", "openpyxl", "pandas", "polars", "psycopg", "psycopg2", "pyarrow", "pyiceberg",
    "pymysql", "pyspark", "s3fs", "safetensors", "scipy", "sentence_transformers", "sklearn", "snowflake", "spacy",
    "sqlalchemy", "statsmodels", "tensorflow", "torch", "torchvision", "transformers", "xarray", "xgboost", "zarr",
)  # fmt: skip
_NOT_OURS = ("/site-packages/", "/dist-packages/")
_SECTION = later.pattern(r'^\s*\[remote "(?P<name>[^"]+)"\]\s*$')
_URL = later.pattern(r"^\s*url\s*=\s*(?P<url>\S+)\s*$")
_PASSWORD = later.pattern(r"(?<=://)[^/@]*@")


class Commit(NamedTuple):
    """Where the code is under version control."""

    revision: str  # full hash of the commit that is checked out
    branch: str  # "" = none is
    remote: str  # address without user and password; "" = none
    path: str  # of the script, inside the repository


def files(script: str) -> list[str]:
    """Return the script and the imported modules that lie in its folder or below, sorted."""
    if not script:
        return []
    home = os.path.join(os.path.dirname(os.path.abspath(script)), "")
    own = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "")
    stdlib = os.path.join(sysconfig.get_path("stdlib"), "")
    found = {os.path.abspath(script)}
    for _, file in imported.files():
        if not file.endswith(".py") or not file.startswith(home):
            continue
        if not file.startswith((own, stdlib)) and not any(part in file for part in _NOT_OURS):
            found.add(file)
    return sorted(found)


def version(found: Iterable[str]) -> str:
    """Return the version of these files, made of their names and texts; "" = none is there."""
    state = xxhash.xxh3_64()
    some = False
    for file in found:
        try:
            with open(file, "rb") as opened:
                text = opened.read()
        except OSError:
            continue
        some = True
        state.update(os.path.basename(file).encode() + b"\0" + text + b"\0")
    return f"src:{state.hexdigest()}" if some else ""


def commit(script: str) -> Commit | None:
    """Return the git commit that ``script`` belongs to; None where it is in no repository, or the commit is unknown."""
    folder = os.path.dirname(os.path.abspath(script))
    root = _root(folder)
    if root is None:
        return None
    inside = _git_folder(root)
    shared = os.path.abspath(os.path.join(inside, _text(os.path.join(inside, "commondir")) or "."))
    head = _text(os.path.join(inside, "HEAD"))
    branch = ""
    if head.startswith("ref: "):
        name = head[5:]
        branch = name.removeprefix("refs/heads/")
        head = _text(os.path.join(inside, name)) or _text(os.path.join(shared, name)) or _packed(shared, name)
    if not re.fullmatch(r"[0-9a-f]{40,64}", head):
        return None
    path = os.path.relpath(os.path.abspath(script), root).replace(os.sep, "/")
    return Commit(head, branch, _remote(shared), path)


def location(found: Commit) -> dict[str, Any]:
    """Return the standard facet ``sourceCodeLocation`` of a commit."""
    body = {
        "type": "git",
        "url": f"{found.remote}/{found.path}" if found.remote else found.path,
        "repoUrl": found.remote,
        "path": found.path,
        "version": found.revision,
        "branch": found.branch,
    }
    return {key: value for key, value in body.items() if value}


def describe(script: str, number: int) -> dict[str, Any]:
    """Return the facet ``driftline_environment``; ``number`` is how many files the code version covers."""
    loaded = {name: imported.of(name).get("__version__") for name in LIBRARIES}
    return {
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
        "packages": {name: loaded[name] for name in LIBRARIES if isinstance(loaded.get(name), str) and loaded[name]},
        "script": os.path.basename(script),
        "files": number,
    }


def _root(folder: str) -> str | None:
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def _git_folder(root: str) -> str:
    """The repository's own folder; of a linked worktree, the one that its ``.git`` file names."""
    place = os.path.join(root, ".git")
    if os.path.isdir(place):
        return place
    return os.path.abspath(os.path.join(root, _text(place).removeprefix("gitdir: ")))


def _packed(shared: str, name: str) -> str:
    for line in _text(os.path.join(shared, "packed-refs")).splitlines():
        if line.endswith(f" {name}"):
            return line.split(" ", 1)[0]
    return ""


def _remote(shared: str) -> str:
    """The address of ``origin``, or else of the first remote, as a web address without credentials."""
    found: dict[str, str] = {}
    name = ""
    for line in _text(os.path.join(shared, "config")).splitlines():
        section = _SECTION.match(line)
        if section is not None:
            name = section["name"]
        elif line.lstrip().startswith("["):
            name = ""
        url = _URL.match(line)
        if name and url is not None:
            found.setdefault(name, url["url"])
    address = found.get("origin") or next(iter(found.values()), "")
    return _PASSWORD.sub("", address).removesuffix(".git")


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
