"""One replay of the year: the feed delivers, the pipeline runs, the desk answers, day by day.

Enters: a folder, the source, a seed, a fault, and whether guards are enforced. Leaves: one ``DayResult`` a day. The
order of a day is that of a real one: files arrive, features are built, the gate is asked, then the desk opens.
Held-back features send claims to a person; a held-back index or model is not put on the shelf, the last good one
stays. What the fault is, only the feed, the join and the index builder are told.
"""

import copy
import os
import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

import driftline
from driftline.demo import claims, corpus, desk, pipeline, wording
from driftline.demo.claims import Claim
from driftline.demo.faults import Fault
from driftline.demo.feed import Feed, Source, days
from driftline.demo.reply import Reply
from driftline.event.answer import Verdict
from driftline.event.lineage import Touched

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

HANDLING = 6.0  # dollars that a person's look at one claim costs
REINDEX = (date(2013, 3, 25), date(2013, 5, 20), date(2013, 7, 8), date(2013, 9, 9), date(2013, 11, 4))
REWORD = date(2013, 6, 17)  # a new wording of the letter: harmless
DESK_HOUR = 8
NEEDED = ("flight_key", "route", "arr_delay", *pipeline.FEATURES[:-1])  # of the features, by the desk


class DayResult(msgspec.Struct, kw_only=True):
    """What one day came to, with the truth beside it."""

    day: date
    flights: int = 0
    answers: int = 0
    held: int = 0  # answers that went to a person
    paid: float = 0.0  # by desk and persons
    overpaid: float = 0.0  # beyond what a correct desk pays; truth of the replay
    handling: float = 0.0  # persons' time
    stopped: str = ""  # what the gate held back: features, index or model
    failed: str = ""  # the job that could not do its work, and why

    @property
    def lost(self) -> float:
        """Overpaid, and persons' time."""
        return self.overpaid + self.handling


class World:
    """The refund desk and its pipeline in one folder."""

    def __init__(self, folder: Path, source: Source, seed: int, fault: Fault, *, guarded: bool) -> None:
        self.folder = folder.absolute()
        self.seed, self.fault, self.guarded = seed, fault, guarded
        self.feed = Feed(self.folder, source)
        self._terms = desk.read_terms(corpus.Index(corpus.cut(corpus.approved())))
        self._source = source
        self._mended: date | None = None
        self._frames: list[tuple[Touched, pd.DataFrame]] = []
        self._stats: Path | None = None
        self._stats_version: Touched | None = None
        self._model: tuple[Any, Touched] | None = None
        self._index: tuple[corpus.Index, Touched] | None = None
        self._prompt: tuple[str, Touched] | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._edition = 0
        self._usual: pd.Series | None = None  # delay by route, as of the last statistics

    def fork(self, folder: Path, *, guarded: bool) -> "World":
        """Return a copy of this world in ``folder``: what has happened so far is shared, what comes is its own."""
        driftline.flush()
        shutil.copytree(self.folder, folder)
        other = copy.copy(self)
        other.folder, other.guarded = folder.absolute(), guarded
        other.feed = Feed(other.folder, self._source)
        other._frames = list(self._frames)
        if self._stats is not None:
            other._stats = other.folder / self._stats.relative_to(self.folder)
        return other

    def __enter__(self) -> Self:
        import duckdb
        import pyarrow as pa

        pa.set_cpu_count(1)
        for name in ("features", "route_stats"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        if not (self.folder / corpus.APPROVED).exists():
            corpus.publish(self.folder)
        driftline.configure(
            home=str(self.folder / ".driftline"),
            namespace=pipeline.NAMESPACE,
            guards="enforce" if self.guarded else "observe",
            console=False,
            flush_seconds=60.0,
        )
        driftline.watch()
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 1")
        return self

    def __exit__(self, *_: object) -> None:
        driftline.flush()
        if self._connection is not None:
            self._connection.close()

    def days(self) -> list[date]:
        """Return the days of the year."""
        return days()

    def mend(self, day: date) -> None:
        """Put right what is broken, from ``day`` on."""
        self._mended = day

    def broken(self, day: date) -> bool:
        """Say whether the fault is in force on ``day``."""
        started = self.fault.day is not None and day >= self.fault.day
        return started and not (self._mended is not None and day >= self._mended)

    def run_day(self, day: date) -> DayResult:
        """Run one day from the feed to the last answer."""
        broken = self.broken(day)
        files = self.feed.deliver(day, self.fault.rewrite if broken else None)
        truth = self._source.day(day)["flights"]
        result = DayResult(day=day, flights=truth.num_rows)
        target = self.folder / "features" / f"{day}.parquet"
        join = self.fault.join if broken and self.fault.join else "left"
        features = self._join(day, files, target, join, result)
        if features is not None and (self._may(features, result, "features") or self._stats is None):
            self._learn(day, target, features, result)
        self._maintain(day, result)
        asked = claims.of_day(day, truth, self.seed)
        if asked and features is not None:
            self._serve(day, asked, target, features, result)
        elif asked:
            for claim in asked:
                self._settle(claim, desk.to_a_person(claim), result)
        driftline.flush()
        return result

    def _join(self, day: date, files: dict[str, Path], target: Path, join: str, result: DayResult) -> Touched | None:
        """Build the day's features; None where the job fails: a scheduler goes on, and persons take the claims."""
        import duckdb

        assert self._connection is not None
        try:
            return pipeline.join_flights(self._connection, files, target, _at(day, 2), join)
        except duckdb.Error as error:
            result.failed = f"join_flights: {str(error).splitlines()[0]}"
            return None

    def _may(self, version: Touched, result: DayResult, what: str) -> bool:
        """Ask the gate; remember what it held back."""
        verdict: Verdict = driftline.gate(version)
        held = verdict.mode == "enforce" and verdict.action != "allow"
        if held:
            result.stopped = what
        return not held

    def _learn(self, day: date, features: Path, version: Touched, result: DayResult) -> None:
        """Bring the route statistics up to date, keep the day for training; a day that cannot be read is left out."""
        target = self.folder / "route_stats" / f"{day}.parquet"
        try:
            rows = pipeline.route_stats(features, self._stats, target, _at(day, 3))
            kept = rows[[*pipeline.FEATURES, "arr_delay"]].astype("float32")
        except (TypeError, ValueError, KeyError) as error:  # what pandas says of columns that are not what they were
            result.failed = f"route_stats: {error}"
            return
        self._stats = target
        self._usual = rows.groupby("route", sort=False)["route_delay"].first()
        self._frames.append((version, kept))

    def _maintain(self, day: date, result: DayResult) -> None:
        """Retrain each month, rebuild the index and reword the letter when it is due."""
        if self._prompt is None or day == REWORD:
            template = wording.TEMPLATES[int(day >= REWORD)]
            with driftline.run("release_prompt", nominal=str(day), at=_at(day, 4), code="prompt-1") as run:
                written = run.write("desk-prompt", kind="prompt", data=[{"template": template}])
            self._prompt = (template, written)
        if day.day == 1 and day >= claims.FIRST:
            model, written = pipeline.train(self._frames, self._stats_path(), _at(day, 5))
            if self._model is None or self._may(written, result, "model"):
                self._model = (model, written)
        staged = self.broken(day) and self.fault.corpus is not None
        due = day in REINDEX or (self.fault.corpus is not None and day in {self.fault.day, self._mended})
        if due:
            if day in REINDEX:
                corpus.edit(self.folder, self._edition)
                self._edition += 1
            pages = self.fault.corpus if staged and self.fault.corpus else corpus.APPROVED
            index, written = pipeline.build_index(self.folder, pages, _at(day, 6))
            if self._index is None or self._may(written, result, "index"):
                self._index = (index, written)

    def _stats_path(self) -> str:
        assert self._stats is not None
        return os.fspath(self._stats)

    def _serve(self, day: date, asked: list[Claim], target: Path, features: Touched, result: DayResult) -> None:
        """Open the desk: answer every claim, as one run whose output is the day's answers."""
        import pandas as pd

        assert self._model is not None
        assert self._index is not None
        assert self._prompt is not None
        at = _at(day, DESK_HOUR)
        with driftline.run(desk.ENDPOINT, nominal=str(day), at=at, code="desk-1") as run:
            rows = pd.read_parquet(target, columns=list(NEEDED))
            for version in (self._index[1], self._model[1], self._prompt[1]):
                run.read(version)
            shelf = self._shelf(day, rows, asked, features)
            replies = []
            for number, claim in enumerate(asked):
                reply, _ = desk.answer(claim, shelf, at + timedelta(seconds=90 * number))
                self._settle(claim, reply, result)
                replies.append(reply)
            given = [reply for reply in replies if not reply.person]
            if given:
                _publish(run, day, given)

    def _shelf(self, day: date, rows: "pd.DataFrame", asked: list[Claim], features: Touched) -> desk.Shelf:
        import pandas as pd

        assert self._model is not None
        assert self._index is not None
        assert self._prompt is not None
        wanted = rows[rows["flight_key"].isin([claim.flight_key for claim in asked])]
        scores: dict[str, float] = {}
        if len(wanted):
            table = wanted.assign(route_delay=wanted["route"].map(self._usual))
            known = table[list(pipeline.FEATURES)].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
            chances = self._model[0].predict_proba(known)[:, 1]
            scores = dict(zip(table["flight_key"], map(float, chances), strict=True))
        records = wanted[["flight_key", "arr_delay", "dep_delay", "distance"]].astype(object)
        records = records.where(records.notna(), None)
        return desk.Shelf(
            day=day,
            rows={row["flight_key"]: row for row in records.to_dict("records")},
            scores=scores,
            index=self._index[0],
            features=features,
            indexed=self._index[1],
            model=self._model[1],
            prompt=self._prompt[1],
            template=self._prompt[0],
        )

    def _settle(self, claim: Claim, reply: Reply, result: DayResult) -> None:
        """Add one reply up, beside what a correct desk pays."""
        right = truth_paid(claim, self._terms)
        result.answers += 1
        if reply.person:
            result.held += 1
            result.handling += HANDLING
            result.paid += right
        else:
            result.paid += reply.money
            result.overpaid += max(0.0, reply.money - right)


def truth_paid(claim: Claim, terms: desk.Terms) -> float:
    """Return what a correct desk pays, from the true flight and the approved policy; known to the replay only."""
    if claim.minutes is not None:
        return desk.amount(terms, claim.distance, claim.minutes) if claim.minutes > terms.threshold else 0.0
    return terms.cancelled if claim.cancelled else desk.amount(terms, claim.distance, 0.0)


def _publish(run: driftline.Run, day: date, given: list[Reply]) -> None:
    """Record the day's answers as the output of the endpoint, with the columns that they come from."""
    names = ("decision", "money", "threshold", "minutes", "score")
    rows = {name: [getattr(reply, name) for reply in given] for name in names}
    written = run.write(
        desk.ENDPOINT, kind="predictions", data=rows, partition=str(day), attributes={"outcome": "decision, money"}
    )
    record = ["features.arr_delay", "features.dep_delay"]
    run.columns(
        written,
        {
            "money": ["features.arr_delay", "features.distance", "policy-index.text"],
            "decision": [*record, "policy-index.text"],
            "threshold": ["policy-index.text"],
            "minutes": ["features.arr_delay"],
            "score": [f"features.{name}" for name in pipeline.FEATURES[:-1]],
        },
    )
    run.columns(written, {"money": ["features.flight_key"], "decision": ["features.flight_key"]}, subtype="FILTER")


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour))
