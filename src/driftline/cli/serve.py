"""``driftline serve``: the store over HTTP until it is stopped."""

import click

from driftline.cli import opened, show
from driftline.serve import server

HERE = ("127.0.0.1", "::1", "localhost")
OPEN = "Note: it listens beyond this machine without a token: whoever reaches it may write. Set one as DRIFTLINE_TOKEN."


@click.command()
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 8620]")
@click.option("--store", metavar="URL", help="Store to serve, such as postgresql://…; better set as DRIFTLINE_STORE.")
@click.option("--token", help="What every request but GET must carry as Bearer token; better set as DRIFTLINE_TOKEN.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the address, when ready.")
@click.pass_context
def serve(
    ctx: click.Context, host: str | None, port: int | None, store: str | None, token: str | None, as_json: bool
) -> None:
    """Serve the store over HTTP, with the web page, until Ctrl-C.

    OpenLineage clients send to the address that is printed; Prometheus reads /metrics there.
    """
    settings = opened.settings(ctx, host=host, port=port, store=store, token=token)

    if not settings.token and settings.host not in HERE:
        click.echo(OPEN, err=True)

    def ready(address: str) -> None:
        if as_json:
            show.as_json({"address": address, "home": settings.home})
        else:
            server.announce(address)

    server.serve(settings, ready)
    click.echo("Stopped. Everything that was acknowledged is stored.", err=True)
