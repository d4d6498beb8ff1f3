"""The records about what a store keeps: single events, facets, and whether all of it is well."""

import msgspec

from driftline.event.report import Receipt


class HeldEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event in quarantine."""

    event: str  # id
    reason: str
    received_us: int
    body: str  # as it came


class Facets(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The facets of a dataset, a job or a run that stand, each as it came."""

    node: str
    facets: dict[str, msgspec.Raw] = {}
    inputs: dict[str, dict[str, msgspec.Raw]] = {}  # of a run: dataset -> facets, those of inputs included
    outputs: dict[str, dict[str, msgspec.Raw]] = {}


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a store is what its log says."""

    events: int
    digest: str
    differ: tuple[str, ...] = ()  # tables that differ from what the log says; none: all is well
    pruned: bool = False  # events were removed by retention: what they named stays known


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """What retention removed, or would."""

    runs: int
    events: int
    spared: int  # runs older than wanted that a live version came from
    rehearsed: bool = False


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of trying events in quarantine again."""

    taken: tuple[Receipt, ...] = ()
    refused: tuple[Receipt, ...] = ()
