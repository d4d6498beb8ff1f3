import sys
from pathlib import Path

import click
from click.testing import CliRunner

from driftline.cli.lazy import LazyGroup, Place
from driftline.cli.main import group

PLACES = {
    "tell": Place("this", "nothing", "A module of the standard library that prints when it is loaded."),
    "gone": Place("no.such.module", "command", "A module that does not exist."),
}


def test_listing_commands_loads_none_of_them() -> None:
    sys.modules.pop("this", None)
    group = LazyGroup("test", places=PLACES)
    result = CliRunner().invoke(group, ["--help"])
    assert result.exit_code == 0
    assert "standard library" in result.output
    assert "this" not in sys.modules


def test_a_command_is_found_by_its_place() -> None:
    group = LazyGroup("test", places={"status": Place("driftline.cli.guard", "guard", "Guards.")})
    context = click.Context(group)
    found = group.get_command(context, "status")
    assert found is not None
    assert found.name == "guard"
    assert group.get_command(context, "other") is None


def test_a_misspelt_command_is_answered_with_what_is_near() -> None:
    result = CliRunner().invoke(group, ["linage"])
    assert result.exit_code == 2
    assert "No such command 'linage'. Did you mean 'lineage'?" in result.stderr
    assert "Did you mean" not in CliRunner().invoke(group, ["xyzzy"]).stderr


def test_json_may_stand_before_the_command(tmp_path: Path) -> None:
    (tmp_path / "x.sql").write_text("SELECT a FROM t")
    words = ["sql-lineage", str(tmp_path / "x.sql")]
    before, behind = (CliRunner().invoke(group, said) for said in (["--json", *words], [*words, "--json"]))
    assert before.exit_code == 0
    assert before.stdout == behind.stdout
