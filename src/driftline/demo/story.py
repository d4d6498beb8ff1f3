"""The two years, side by side: what happened, what Driftline saw, what it cost.

Enters: a fault and a seed. Leaves: an ``Outcome`` whose every figure was computed from the two replays. Driftline is
asked as any user would ask it, through the engine on its store; the truth about the fault is compared with its answer
here and nowhere else.
"""

import resource
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Self

import msgspec

from driftline import clock
from driftline.config import Settings
from driftline.demo.display import Display, Tick
from driftline.demo.faults import Fault
from driftline.demo.feed import FIRST, LAST, Source
from driftline.demo.world import DayResult, World
from driftline.engine.engine import Engine
from driftline.event.finding import Incident
from driftline.event.report import IncidentReport

REPAIR_DAYS = 2  # from the message to the mended feed, job or index, once people know the cause
_DAY_US = 86_400_000_000
MEGABYTE = 1024  # resource counts kilobytes on Linux


class Year(msgspec.Struct, kw_only=True):
    """One replay, added up."""

    guarded: bool
    days: list[DayResult] = []
    incident: IncidentReport | None = None  # the one that the fault opened
    known: set[str] = msgspec.field(default_factory=set)  # ids of its incidents
    false: set[str] = msgspec.field(default_factory=set)  # of these, the ones that no fault can have caused
    noticed: date | None = None
    answers_before_notice: int = 0  # given on bad data before the incident was open
    first_bad: date | None = None
    mended: date | None = None

    def total(self, pick: Callable[[DayResult], float]) -> float:
        """Add one figure up over the days from the fault on, or over all days where there was none."""
        return sum(pick(day) for day in self.days if self.first_bad is None or day.day >= self.first_bad)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a demo; its JSON object is the last line of ``driftline demo --json``."""

    fault: str
    seed: int
    day: str | None
    first_bad_batch: str | None
    noticed_batch: str | None
    batches_to_notice: int | None
    answers_to_notice: int | None
    cause_first: str | None
    cause_kind: str | None
    cause_score: float | None
    cause_sentence: str | None
    cause_truth: list[str]
    cause_correct: bool | None
    incidents: int
    false_incidents: int
    hit: list[str]
    money_unguarded: float
    money_guarded: float
    money_avoided: float
    money_lost_seen: float  # loss as Driftline itself counts it in the unguarded year
    handling_guarded: float
    held_guarded: int
    answers: int
    flights: int
    mended: str | None
    cpu_s: float
    peak_mb: float
    home: str


def tell(folder: Path, fault: Fault, seed: int, *, quiet: bool) -> Outcome:
    """Replay the year once up to the fault, then twice from there, and return what came of it.

    The days before the fault are the same in both years, so they are run once and their store is copied. Without a
    fault there is nothing to guard against: one year, guarded, stands for both.
    """
    source = Source()
    guarded = Year(guarded=True, first_bad=fault.day)
    world = World(folder / "guarded", source, seed, fault, guarded=True)
    if fault.day is None:
        replay(guarded, world, FIRST, LAST, "The year 2013, guarded, with nothing broken", quiet=quiet)
        return outcome(folder, fault, seed, guarded, guarded)
    until = fault.day - timedelta(days=1)
    replay(
        guarded, world, FIRST, until, f"The year 2013 until {until:%d %B}: flights arrive, models learn", quiet=quiet
    )
    copied = world.fork(folder / "unguarded", guarded=False)
    bare = Year(guarded=False, first_bad=fault.day, days=list(guarded.days), known=set(guarded.known))
    bare.false = set(guarded.false)
    replay(bare, copied, fault.day, LAST, "Without guards: Driftline watches, nobody is told", quiet=quiet)
    replay(guarded, world, fault.day, LAST, "With guards: the same days, the same claims", quiet=quiet)
    return outcome(folder, fault, seed, bare, guarded)


def replay(year: Year, world: World, first: date, last: date, title: str, *, quiet: bool) -> None:
    """Run the days from ``first`` to ``last`` and add what happens to ``year``."""
    with world, Display(title, first, last, quiet=quiet) as display, _Watch(world.folder, year.known) as watch:
        for day in world.days():
            if not first <= day <= last:
                continue
            if day == world.fault.day:
                display.say(day, world.fault.sentence, style="bold")
            result = world.run_day(day)
            year.days.append(result)
            for incident in watch.new():
                _note(year, display, world, watch, incident, day)
            if day == year.mended:
                display.say(day, "The cause is mended.", style="green")
            display.tick(_tick(result))
        if year.incident is not None:
            year.incident = watch.report(year.incident.incident.id)


def _note(year: Year, display: Display, world: World, watch: "_Watch", incident: Incident, day: date) -> None:
    """Take down a new incident: the true one is the first while the fault is in force; any other is a false one."""
    fault = world.fault
    true = fault.day is not None and world.broken(day) and year.incident is None
    display.say(day, f"Incident: {incident.title}.", style="bold red" if true else "bold magenta")
    if not true:
        if not world.broken(day):
            year.false.add(incident.id)
        return
    assert fault.day is not None
    year.incident = IncidentReport(incident=incident)
    year.noticed = day
    year.answers_before_notice = watch.answers_before(incident, fault.day)
    for cause in incident.causes[:1]:
        display.say(day, f"{cause.score:.0%} {cause.sentence}")
    if world.guarded:
        year.mended = day + timedelta(days=REPAIR_DAYS)
        world.mend(year.mended)
        display.say(day, "Guards hold what derives from it; the message names the cause.", style="yellow")


class _Watch:
    """Asks Driftline what it has found, as a user would."""

    def __init__(self, folder: Path, known: set[str]) -> None:
        self._engine = Engine.open(Settings(home=str(folder / ".driftline"), console=False))
        self._known = known

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def new(self) -> list[Incident]:
        """Return the incidents that were not there before, oldest first."""
        counts = self._engine.house.store.incidents.counts()
        if sum(counts.values()) == len(self._known):
            return []
        found, _ = self._engine.incidents(limit=500)
        fresh = [incident for incident in reversed(found) if incident.id not in self._known]
        self._known.update(incident.id for incident in fresh)
        return fresh

    def answers_before(self, incident: Incident, since: date) -> int:
        """Return how many answers went out from ``since`` until the first alarm; all of a day's if they raised it."""
        until = incident.opened_us
        if self._engine.incident(incident.id).findings[0].dataset.node in incident.endpoints:
            until += _DAY_US
        start = clock.from_datetime(datetime.combine(since, time()))
        totals = self._engine.house.store.ledger.totals(("action",), since_us=start, until_us=until)
        return sum(total.answers for total in totals if total.action in {"", "allow", "flag"})

    def report(self, id_: str) -> IncidentReport:
        """Return an incident as it stands now."""
        return self._engine.incident(id_)


def _tick(result: DayResult) -> Tick:
    status = "bad" if result.overpaid > 0 else "held" if result.held or result.stopped else "well"
    return Tick(
        day=result.day,
        status=status,
        flights=result.flights,
        answers=result.answers,
        paid=result.paid,
        lost=result.lost,
        held=result.held,
    )


def outcome(folder: Path, fault: Fault, seed: int, bare: Year, guarded: Year) -> Outcome:
    """Put the figures together."""
    found = guarded.incident.incident if guarded.incident else None
    first = found.causes[0] if found and found.causes else None
    usage = resource.getrusage(resource.RUSAGE_SELF)
    lost, kept = bare.total(lambda day: day.lost), guarded.total(lambda day: day.lost)
    return Outcome(
        fault=fault.name,
        seed=seed,
        day=str(fault.day) if fault.day else None,
        first_bad_batch=found.first_bad if found else (str(fault.day) if fault.day else None),
        noticed_batch=str(guarded.noticed) if guarded.noticed else None,
        batches_to_notice=(guarded.noticed - fault.day).days if guarded.noticed and fault.day else None,
        answers_to_notice=guarded.answers_before_notice if guarded.noticed else None,
        cause_first=first.node if first else None,
        cause_kind=first.kind if first else None,
        cause_score=first.score if first else None,
        cause_sentence=first.sentence if first else None,
        cause_truth=list(fault.truth),
        cause_correct=(first.node in fault.truth if first else False) if fault.day else None,
        incidents=len(guarded.known),
        false_incidents=len(guarded.false | bare.false),
        hit=list(found.hit) if found else [],
        money_unguarded=round(lost, 2),
        money_guarded=round(kept, 2),
        money_avoided=round(lost - kept, 2),
        money_lost_seen=bare.incident.incident.money.lost if bare.incident else 0.0,
        handling_guarded=round(guarded.total(lambda day: day.handling), 2),
        held_guarded=int(guarded.total(lambda day: day.held)),
        answers=sum(day.answers for day in guarded.days),
        flights=sum(day.flights for day in guarded.days),
        mended=str(guarded.mended) if guarded.mended else None,
        cpu_s=round(process_time(), 2),
        peak_mb=round(usage.ru_maxrss / MEGABYTE, 1),
        home=str(folder / "guarded" / ".driftline"),
    )


def line(result: Outcome) -> str:
    """Return the one JSON object."""
    return msgspec.json.encode(result).decode()
