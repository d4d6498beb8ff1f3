"""``driftline diff``: what came, went and changed between two moments, or between two versions of a dataset."""

from collections.abc import Iterable

import click

from driftline.cli import opened, show
from driftline.engine import cells
from driftline.engine import rows as differing
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event import names
from driftline.event.lineage import Link
from driftline.event.report import DataChange, Difference, LinkChange

_MOMENT = "a time, run:ID, a version such as features@previous, or the id of an answer."
_WIDE = 40  # rows of a table
_CELL = 60  # characters of a cell


@click.command()
@click.argument("node", required=False)
@click.argument("other", required=False)
@click.option("--from", "since", metavar="MOMENT", help=f"The first moment: {_MOMENT}")
@click.option("--to", "until", metavar="MOMENT", help="The second moment.  [default: now]")
@click.option("--depth", type=click.IntRange(1, 100), default=5, show_default=True, help="Steps around NODE.")
@click.option("--limit", type=click.IntRange(1), default=500, show_default=True, help="Nodes, or places that changed.")
@click.option("--rows", is_flag=True, help="Of two versions: name rows and cells that differ, if both can be read.")
@click.option("--key", default="", metavar="COLUMN", help="With --rows: the column by which rows are told apart.")
@click.option(
    "--copy",
    "copies",
    multiple=True,
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="With --rows: a file that holds one of the versions, such as a backup; its hash tells which.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def diff(
    ctx: click.Context,
    node: str | None,
    other: str | None,
    since: str | None,
    until: str | None,
    depth: int,
    limit: int,
    rows: bool,
    key: str,
    copies: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell how the lineage around NODE, or without one of everything, differs between two moments.

    With two versions of one dataset, such as features@previous features@latest: how their content differs, by column
    and rows; a dataset alone means these two. A version is named by @latest, @previous or @TIME, or after a # by its
    partition or by (the beginning or the end of) its name; what a partition was, by feed#2013-01-31@previous.
    """
    with opened.engine(ctx) as engine:
        if node and other is None and since is None and until is None:
            node, other = _newest(engine, node)
        if (rows or key or copies) and not (node and other):
            raise BadInput("--rows is about two versions", hint=_versions(node))
        if node and other:
            if since is not None or until is not None:
                raise BadInput("two versions and moments are both given", hint="Give the versions or --from and --to.")
            found = cells.between(engine.house, opened.typed(engine, node), opened.typed(engine, other))
            if rows or key or copies:
                found = differing.named(engine.house, found, copies, key)
        else:
            first = engine.moment(since)
            if first is None:
                said = "--from is empty" if since is not None else "--from is missing"
                raise BadInput(said, hint=f"It takes {_MOMENT} {_versions(node)}")
            about = opened.node(engine, node) if node else ""
            found = engine.diff(about, since_us=first, until_us=engine.moment(until), depth=depth, limit=limit)
    if as_json:
        show.as_json(found)
        return
    _tell(found)
    if found.truncated:
        click.echo(f"Note: the answer was cut at {limit:,}; --limit takes more, a NODE narrows it.", err=True)
    if found.border:
        steps = show.count(depth, "step")
        click.echo(f"Note: it looked {steps} around {node}; what lies beyond is found with --depth.", err=True)


def _newest(engine: Engine, node: str) -> tuple[str, str | None]:
    """Return the names of the last two versions of a dataset; what is none stays as it is."""
    known = opened.typed(engine, node)
    if "@" in known or "#" in known or not engine.house.store.lineage.find(known, only="DATASET"):
        return node, None
    return f"{known}@previous", f"{known}@latest"


def _versions(node: str | None) -> str:
    name = node.partition("@")[0] if node else "features"
    return f"Or name two versions: {name}@previous {name}@latest."


def _tell(found: Difference) -> None:
    show.say(found.sentence, "bold")
    _table("Nodes", ("", "type", "name"), [
        *(("+", node.type.lower(), show.name(node)) for node in found.came),
        *(("-", node.type.lower(), show.name(node)) for node in found.went),
    ])  # fmt: skip
    headings = ("", "kind", "from", "to", "known by")
    for title, came, went, changed in (
        ("Links", found.links_came, found.links_went, found.links_changed),
        ("Column links", found.columns_came, found.columns_went, found.columns_changed),
    ):
        _table(title, headings, [*_links("+", came), *_links("-", went), *_changes(changed)])
    _table("Schemas", ("dataset", "field", "was", "is"), [
        (names.label(one.node), one.field, _type(one.before), _type(one.after)) for one in found.fields
    ])  # fmt: skip
    _table("Data", ("dataset", "was", "is", "what differs"), [
        (_slice(one), _version(one.before), _version(one.after), one.sentence) for one in found.data
    ])  # fmt: skip
    _table("Columns", ("dataset", "column", "", "rows, from 0"), [
        (_slice(one), column.name, column.change, show.spans(column.rows))
        for one in found.data for column in one.columns
    ])  # fmt: skip
    _rows(found)
    _table("Code", ("job", "was", "is"), [
        (names.label(one.node), one.before, one.after) for one in found.code if not one.sql
    ])  # fmt: skip
    _table("SQL", ("job", "what differs"), [(names.label(one.node), one.sql) for one in found.code if one.sql])


def _rows(found: Difference) -> None:
    """Tell which rows differ, where they were asked for."""
    _table("Rows", ("row, from 0", "key", "column", "was", "is"), [
        (f"{one.row:,}", one.key, one.column, *((_cell(one.before), _cell(one.after)) if one.column else
                                               (("–", "came") if one.change == "came" else ("went", "–"))))
        for one in found.rows
    ])  # fmt: skip
    if found.rows_note:
        show.say(found.rows_note)


def _cell(text: str | None) -> str:
    if text is None:
        return "nothing"
    return f"{text[:_CELL]}…" if len(text) > _CELL else text


def _table(title: str, headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        show.heading(title)
        show.table(headings, rows[:_WIDE])
    if len(rows) > _WIDE:
        show.say(f"+{len(rows) - _WIDE} more; --json lists them all.")


def _links(sign: str, links: Iterable[Link]) -> Iterable[tuple[str, ...]]:
    for link in links:
        yield sign, link.kind, names.label(link.source), names.label(link.target), _known(link)


def _changes(changes: Iterable[LinkChange]) -> Iterable[tuple[str, ...]]:
    for change in changes:
        link = change.after
        known = f"{_known(change.before)} → {_known(link)}"
        yield "~", link.kind, names.label(link.source), names.label(link.target), known


def _known(link: Link) -> str:
    return link.provenance + (f" {show.percent(link.confidence)}" if link.confidence < 1 else "")


def _slice(one: DataChange) -> str:
    return names.label(one.node) + (f", {one.partition}" if one.partition else "")


def _version(version: str) -> str:
    if not version:
        return "–"
    return version.rpartition(":")[2][:8] if ":" in version else version


def _type(said: str | None) -> str:
    return "–" if said is None else said or "there"
