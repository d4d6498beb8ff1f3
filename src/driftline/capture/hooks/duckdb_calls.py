"""Calls of DuckDB's connections, and of the module's own functions: what each of them is given.

Enters: calls, before they run. Leaves: for these what ``session`` makes of their statements; what records the files
that readers are given; names that mean frames from now on.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.hooks.duckdb_files import folder
from driftline.capture.hooks.session import Record, Session
from driftline.capture.runs import observe
from driftline.capture.runs.observe import Given
from driftline.capture.runs.recording import Recording

_PATHS = ("file_glob", "file_globs", "path_or_buffer", "path")


class Calls:
    """All calls of this process."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def statement(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``connection.execute(query, …)`` and its kin."""
        return self._session.sql(args[0], argument(args, kwargs, 1, "query", "statement"), caller)

    def module_statement(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``duckdb.sql(query, …)`` and its kin."""
        return self._session.sql(self._session.default(kwargs), argument(args, kwargs, 0, "query", "statement"), caller)

    def reader(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> Record | None:
        """``connection.read_parquet(path, …)`` and its kin."""
        return self._read(args[0], argument(args, kwargs, 1, *_PATHS), kwargs)

    def module_reader(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> Record | None:
        """``duckdb.read_parquet(path, …)`` and its kin."""
        return self._read(self._session.default(kwargs), argument(args, kwargs, 0, *_PATHS), kwargs)

    def register(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> None:
        """``connection.register(name, frame)``: from now on the name means a frame."""
        name = argument(args, kwargs, 1, "view_name")
        if isinstance(name, str):
            self._session.names.register(args[0], name)

    def module_register(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> None:
        """``duckdb.register(name, frame)``."""
        self.register((self._session.default(kwargs), *args), kwargs, caller)

    def unregister(self, args: Sequence[Any], kwargs: Mapping[str, Any], _: Any) -> None:
        """``connection.unregister(name)``: from now on the name means what it did before."""
        name = argument(args, kwargs, 1, "view_name")
        if isinstance(name, str):
            self._session.names.unregister(args[0], name)

    def module_unregister(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> None:
        """``duckdb.unregister(name)``."""
        self.unregister((self._session.default(kwargs), *args), kwargs, caller)

    def _read(self, connection: Any, paths: Any, options: Mapping[str, Any]) -> Record | None:
        given = [paths] if isinstance(paths, str | os.PathLike) else paths if isinstance(paths, list | tuple) else []
        names = [os.fspath(path) for path in given if isinstance(path, str | os.PathLike)]
        forms = self._session.forms(connection, "", tuple(names), options)
        found = [(name, seen) for name in names for seen in observe.observe(name, None, Given(), folder())]
        for name, one in found:
            one.form = forms.read(name, one.path) if one.path else None

        def record(run: Recording, *, failed: bool = False) -> None:  # noqa: ARG001 - what was tried to be read counts
            for _, seen in found:
                run.add("read", seen)

        return record if found else None


def argument(args: Sequence[Any], kwargs: Mapping[str, Any], place: int, *names: str) -> Any:
    """Return an argument that was given by its place or by one of its names; None = it was not."""
    if len(args) > place:
        return args[place]
    return next((kwargs[name] for name in names if name in kwargs), None)
