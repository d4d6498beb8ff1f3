"""Check that the built page belongs to its sources; needs no Node.

Enters: the sources in this folder and ``build.json`` among the built files, which the build wrote (``stamp.ts`` has the
same rule). Leaves: exit code 0, or 1 and one sentence. ``--rebuild`` builds anew with Node, into the same place, and
fails where the result differs from what was there by a single byte.
"""

import argparse
import hashlib
import json
import shutil
import subprocess  # runs npm, whose name is fixed below
import sys
from pathlib import Path

UI = Path(__file__).resolve().parent
BUILT = UI.parent / "src" / "driftline" / "serve" / "static"
SOURCES = ("index.html", "package.json", "package-lock.json", "src", "stamp.ts", "tsconfig.json", "vite.config.ts")
LIMIT = 400_000  # bytes of all built files together
AGAIN = "Run `npm ci && npm run build` in the folder ui and commit the result."


class Stale(Exception):
    """The built page does not belong to its sources; the message says why."""


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def source_hash(folder: Path = UI) -> str:
    """Return one hash over the paths and contents of all sources, in the order of the paths' code points."""
    paths = [path for name in SOURCES for path in _files(folder / name)]
    lines = sorted(f"{path.relative_to(folder).as_posix()} {_digest(path)}\n" for path in paths)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def built_files(folder: Path = BUILT) -> dict[str, str]:
    """Return the hash of each built file but ``build.json``, by its path."""
    found = {path.relative_to(folder).as_posix(): _digest(path) for path in _files(folder)}
    found.pop("build.json", None)
    return found


def check() -> None:
    """Compare sources, built files and what the build said of both.

    Raises:
        Stale: they do not belong together, or the built files are too large.
    """
    try:
        said = json.loads((BUILT / "build.json").read_text())
    except FileNotFoundError:
        raise Stale(f"The page has not been built. {AGAIN}") from None
    if said["sources"] != source_hash():
        raise Stale(f"The sources in ui/ have changed since the page was built. {AGAIN}")
    if said["files"] != built_files():
        raise Stale(f"The built page is not what the build wrote. {AGAIN}")
    size = sum(path.stat().st_size for path in _files(BUILT))
    if size > LIMIT:
        raise Stale(f"The built page has {size:,} bytes; {LIMIT:,} are allowed.")


def rebuild() -> None:
    """Build anew and compare.

    Raises:
        Stale: the new files differ from those that were there, or the build failed.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise Stale("npm is not installed, so the page cannot be built anew; install Node 20.19 or newer.")
    before = built_files()
    for words in (("ci",), ("run", "build")):
        if subprocess.run([npm, *words], cwd=UI, check=False).returncode:  # noqa: S603 - fixed words, path from PATH
            raise Stale(f"`npm {' '.join(words)}` failed; what it said is above.")
    after = built_files()
    changed = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    if changed:
        raise Stale(f"Built anew, the page differs in {', '.join(changed)}. Commit the result if that is meant.")


def main() -> int:
    """Return 0 where the built page is fresh, else 1."""
    parser = argparse.ArgumentParser(description="Check that the built page belongs to its sources.")
    parser.add_argument("--rebuild", action="store_true", help="build anew with Node and compare every byte")
    options = parser.parse_args()
    try:
        check()
        if options.rebuild:
            rebuild()
            check()
    except Stale as reason:
        print(reason, file=sys.stderr)
        return 1
    print("The built page belongs to its sources.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
