"""``driftline``: the group of all commands, and how a command ends.

Every refusal is one sentence and a hint on standard error, with the exit code of its error class; an
interruption is one sentence and 130. A traceback is a bug.
"""

import io
import sys
from collections.abc import Sequence

import click

from driftline import __version__
from driftline.cli.lazy import LazyGroup, Place
from driftline.errors import DriftlineError, Interrupted

PLACES = {
    "demo": Place("driftline.cli.demo", "demo", "Replay the 75,000-dollar incident on real flight data."),
    "serve": Place("driftline.cli.serve", "serve", "Serve the store over HTTP, with the web page."),
    "ingest": Place("driftline.cli.ingest", "ingest", "Read OpenLineage events from files."),
    "events": Place(
        "driftline.cli.events", "events", "Single events: receipts, what is in quarantine, trying it again."
    ),
    "facets": Place("driftline.cli.facets", "facets", "Print what was said of a dataset, a job or a run, by name."),
    "runs": Place("driftline.cli.runs", "runs", "List runs: when, of which job, what came of them."),
    "findings": Place("driftline.cli.findings", "findings", "List what was measured to have moved."),
    "incidents": Place("driftline.cli.incidents", "incidents", "List incidents, or tell everything about one."),
    "why": Place("driftline.cli.why", "why", "Tell why an answer came out so, or what caused an incident."),
    "answers": Place("driftline.cli.answers", "answers", "List answers: by document, by version, by time."),
    "lineage": Place("driftline.cli.lineage", "lineage", "Show where data comes from and where it goes."),
    "impact": Place("driftline.cli.impact", "impact", "Tell what is downstream of something, in money."),
    "path": Place("driftline.cli.path", "path", "Show how one thing leads to another."),
    "diff": Place("driftline.cli.diff", "diff", "Tell what came, went and changed between two moments."),
    "select": Place("driftline.cli.select", "select", "List the datasets that a selector means, in dbt's syntax."),
    "search": Place("driftline.cli.search", "search", "Find datasets, columns, jobs and terms by words."),
    "tag": Place("driftline.cli.tag", "tag", "Put tags on nodes, list them with what is inherited, block them."),
    "owner": Place("driftline.cli.owner", "owner", "Say who owns what."),
    "describe": Place("driftline.cli.describe", "describe", "Say what a dataset, a column or a job is."),
    "term": Place("driftline.cli.term", "term", "Keep the glossary, and say what stands for its terms."),
    "sql-lineage": Place(
        "driftline.cli.sql_lineage", "sql_lineage", "Print which columns reach which, from SQL alone."
    ),
    "guard": Place("driftline.cli.guard", "guard", "Show, set and lift quarantines."),
    "store": Place("driftline.cli.store", "store", "Check, compare, copy, shrink and prune the store."),
}


@click.group(cls=LazyGroup, places=PLACES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", metavar="FOLDER", help="Folder of the store.  [default: .driftline]")
@click.option("--store", metavar="URL", help="Store to work on, such as postgresql://…  [default: the one in --home]")
@click.version_option(__version__, prog_name="driftline")
@click.pass_context
def group(ctx: click.Context, home: str | None, store: str | None) -> None:
    """Where did it come from, what changed, what is the cause and what did it cost, and is it stopped?

    Every command takes --json for machines. Settings also come from driftline.toml and DRIFTLINE_* variables.
    """
    ctx.obj = {"home": home, "store": store}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = group.main(arguments, prog_name="driftline", standalone_mode=False)
    except DriftlineError as error:
        return _tell(error)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _tell(Interrupted())
    return code if isinstance(code, int) else 0


def _tell(error: DriftlineError) -> int:
    message = error.message if error.message.endswith((".", "?", "!")) else f"{error.message}."
    click.echo(f"Error: {message}\nHint: {error.hint}", err=True)
    return error.exit_code


if __name__ == "__main__":
    main()
