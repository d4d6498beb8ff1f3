"""``driftline demo``: the 75,000-dollar incident, replayed on real flight data."""

import click

from driftline.cli import opened
from driftline.demo import command, faults


@click.command()
@click.option("--fault", type=click.Choice(faults.KINDS), default="units", show_default=True, help="What goes wrong.")
@click.option(
    "--seed", type=int, default=faults.DEFAULT_SEED, show_default=True, help="Chooses claims, day and carrier."
)
@click.option("--day", metavar="DATE", default="", help="First bad day, such as 2013-08-14; else the seed chooses.")
@click.option("--serve/--no-serve", "serve_after", default=True, show_default=True, help="Leave a server running.")
@click.option("--host", help="Address of that server.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of that server; 0 takes a free one.  [default: 8620]")
@click.option("--home", metavar="FOLDER", help=f"Folder of the replays.  [default: {command.HOME}]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the result, as the last line.")
@click.pass_context
def demo(
    ctx: click.Context,
    fault: str,
    seed: int,
    day: str,
    serve_after: bool,
    host: str | None,
    port: int | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Replay a year of flights and refunds twice, unguarded and guarded, while something upstream goes wrong.

    units: one carrier's delays arrive in seconds. inner-join: a join drops rows. staging-index: the index of the
    policy is built from a draft. none: nothing, and nothing may be called an incident.
    """
    settings = opened.settings(ctx, host=host, port=port)
    command.demo(
        fault=fault,
        seed=seed,
        day=day,
        home=home or (ctx.obj or {}).get("home") or "",
        json=as_json,
        serve_after=serve_after,
        host=settings.host,
        port=settings.port,
    )
