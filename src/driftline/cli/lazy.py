"""A group whose commands are loaded when they are used, so that ``--help`` and all others stay quick."""

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import click


class Place(NamedTuple):
    """Where a command is found, and its line in the list of commands."""

    module: str
    name: str
    help: str


class LazyGroup(click.Group):
    """A group that knows its commands by name and place."""

    def __init__(self, *args: Any, places: Mapping[str, Place] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._places = dict(places or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order in which they were stated."""
        return [*self._places, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loaded now."""
        place = self._places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(importlib.import_module(place.module), place.name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of commands without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in self._places.items()])
