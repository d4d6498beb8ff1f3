"""Random estates: jobs that read and write a few datasets, over and over, with all that makes edges come and go."""

import random

from driftline.event.lineage import Dataset, Edge, History, Job, Place, RunShape, State, Tie, Touched, Version
from driftline.store import Store

DATASETS = tuple(Dataset("n", f"d{place}") for place in range(14))
JOBS = tuple(Job("n", f"j{place}") for place in range(8))
MOMENTS = 60


def execution(chance: random.Random, number: int, moment: int) -> History:
    """Return one run: some read more than they write; in a second state, at times, they take it back."""
    job = chance.choice(JOBS)
    run = f"{number:08x}-0000-4000-8000-000000000000"
    reads, writes = (tuple(chance.sample(DATASETS, chance.randrange(4))) for _ in range(2))
    inputs = tuple(Touched(dataset=one, aliases=_aliases(chance, one), unnamed=chance.random() < 0.2) for one in reads)
    outputs = tuple(Touched(dataset=one) for one in writes)
    known = tuple(Version(one, "") for one in writes if chance.random() < 0.5)
    edges = tuple(
        Edge(Version(one, ""), target, run, chance.choice(("explicit", "column", "probed")), 0.9)
        for target in known
        for one in reads
        if one != target.dataset and chance.random() < 0.6
    )
    shape = RunShape(
        run=run, job=job, state="COMPLETE", inputs=inputs, outputs=outputs, informed=known, edges=edges,
        ties=_ties(chance, job),
    )  # fmt: skip
    states = [State(moment, shape)]
    if chance.random() < 0.3:
        states.append(
            State(moment + chance.randrange(1, 9), RunShape(run=run, job=job, state="FAIL", inputs=inputs[:1]))
        )
    return History("run", tuple(states))


def grow(store: Store, chance: random.Random, runs: int, begin: int = 0) -> None:
    """Let some runs happen, several to a transaction; now and then one is heard of late, or taken out again."""
    for number in range(begin, begin + runs):
        store.lineage.put([execution(chance, number, chance.randrange(1, MOMENTS))])
        if chance.random() < 0.1:
            store.lineage.drop([f"{chance.randrange(number + 1):08x}-0000-4000-8000-000000000000"])


def _aliases(chance: random.Random, dataset: Dataset) -> tuple[Dataset, ...]:
    if chance.random() < 0.85:
        return ()
    return tuple(one for one in chance.sample(DATASETS, 1) if one != dataset)


def _ties(chance: random.Random, job: Job) -> tuple[Tie, ...]:
    if chance.random() < 0.8:
        return ()
    here, other = Place("JOB", "n", job.name), Place("JOB", "n", chance.choice(JOBS).name)
    view, base = (Place("DATASET", "n", one.name) for one in chance.sample(DATASETS, 2))
    ties = [tie for tie in (Tie(other, here), Tie(base, view), Tie(view, here)) if tie.source != tie.target]
    ties += [Tie(other, base)] if chance.random() < 0.3 else []
    ties += [Tie(place, place) for place in (here, base) if chance.random() < 0.3]  # said to have no source
    return tuple(ties)
