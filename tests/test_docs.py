"""Docs that cannot go stale: everything that can be named is documented, every block compiles, every link leads on."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from driftline.cli.main import group
from driftline.config import Settings
from driftline.drift.detectors import DETECTORS
from driftline.errors import DriftlineError
from driftline.event.report import Overview
from driftline.guard import counters
from driftline.guard.rules import CHECKS
from driftline.serve import metrics

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
GUIDE = ROOT / "docs" / "guide"
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("changelog.d/*.md")])
BLOCK = re.compile(r"(?P<mark><!-- runnable -->\s*)?^```python\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def short(page: Path) -> str:
    return str(page.relative_to(ROOT))


def undocumented(names: Iterator[str] | set[str]) -> list[str]:
    """Return which of ``names`` stand in code type neither in the reference nor in a guide."""
    text = "\n".join(page.read_text("utf-8") for page in [*REFERENCE.glob("*.md"), *GUIDE.glob("*.md")])
    return sorted(name for name in names if f"`{name}`" not in text)


def descendants(kind: type[DriftlineError]) -> Iterator[type[DriftlineError]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from descendants(inner)


def commands(command: click.Command, words: str) -> Iterator[str]:
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, f"{words} {name}")


def test_every_setting_is_documented_with_its_variable() -> None:
    names = {field.name for field in msgspec.structs.fields(Settings)}
    assert undocumented(names | {f"DRIFTLINE_{name.upper()}" for name in names}) == []


def test_every_command_is_documented() -> None:
    assert undocumented(commands(group, "driftline")) == []


def test_every_error_code_is_documented() -> None:
    assert undocumented({kind.code for kind in descendants(DriftlineError)}) == []


def test_every_error_has_a_code_of_its_own_a_sentence_and_a_hint() -> None:
    kinds = list(descendants(DriftlineError))
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert [kind.__name__ for kind in kinds if not (kind.__doc__ or "").endswith(".") or not kind.hint] == []


def test_every_metric_is_documented() -> None:
    exposed = metrics.families(metrics.Seen(now_us=0, overview=Overview()))
    assert undocumented({family.name for family in exposed} | set(counters.METRICS)) == []


def test_every_detector_is_documented() -> None:
    assert undocumented(set(DETECTORS)) == []


def test_every_guard_rule_is_documented() -> None:
    assert undocumented(set(CHECKS)) == []


def test_the_generated_reference_says_what_the_code_says() -> None:
    command = [sys.executable, "docs/generate.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_decisions_are_numbered_once_and_say_what_was_not_chosen() -> None:
    records = sorted(DECISIONS.glob("*.md"))
    numbers = [record.name[:4] for record in records]
    assert numbers == [f"{number:04d}" for number in range(1, len(records) + 1)]
    for record in records:
        text = record.read_text("utf-8")
        assert text.startswith(f"# {record.name[:4]} "), record.name
        assert "Decision" in text, record.name


def blocks() -> Iterator[tuple[str, str, bool]]:
    for page in PAGES:
        text = page.read_text("utf-8")
        for hit in BLOCK.finditer(text):
            line = text[: hit.start("code")].count("\n") + 1
            yield f"{short(page)}:{line}", hit.group("code"), bool(hit.group("mark"))


def test_every_python_block_compiles() -> None:
    for place, code, _ in blocks():
        try:
            compile(code, place, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except SyntaxError as error:
            pytest.fail(f"{place}: {error}")


@pytest.mark.parametrize(
    ("place", "code"), [pytest.param(place, code, id=place) for place, code, runs in blocks() if runs]
)
def test_a_block_marked_runnable_runs(place: str, code: str, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", code]
    patient = {**os.environ, "DRIFTLINE_PROBE_SECONDS": "100"}  # other tests keep the machine busy
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120, env=patient)
    assert done.returncode == 0, f"{place}\n{done.stderr}"
    assert done.stderr == "", place


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets on the usual forges."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in PAGES:
        for hit in LINK.finditer(FENCE.sub("", page.read_text("utf-8"))):
            target, _, part = hit.group("target").partition("#")
            if "://" in target or target.startswith("mailto:"):
                continue
            place = (page.parent / target).resolve() if target else page
            if not place.exists():
                broken.append(f"{short(page)}: {hit.group('target')}")
            elif part and place.suffix == ".md":
                headings = {anchor(found.group("text")) for found in HEADING.finditer(place.read_text("utf-8"))}
                broken += [] if part in headings else [f"{short(page)}: {hit.group('target')}"]
    assert broken == []
