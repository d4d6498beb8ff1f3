"""What the steps of the engine share: the store, the settings, the clock's reading, and what is kept in memory.

Everything in memory can be lost and is rebuilt from the store; nothing here decides anything.
"""

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from driftline import clock
from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine.ingested import Ingested
from driftline.event.answer import Source
from driftline.event.openlineage import Event
from driftline.event.report import Quarantine
from driftline.store import Store

if TYPE_CHECKING:  # a program that only records loads neither
    from driftline.drift import Pool
    from driftline.engine.known import Known, Member
    from driftline.profile import Profile


class House:
    """The rooms' shared table. One lock: whoever ingests holds it; readers do not need it."""

    def __init__(self, settings: Settings, store: Store, outbox: Outbox, now: Callable[[], int] = clock.now_us) -> None:
        self.settings = settings
        self.store = store
        self.outbox = outbox
        self.now = now
        self.lock = threading.RLock()
        self.known: dict[str, Known] = {}  # dataset node -> its reference, as the store keeps it
        self.changed: dict[str, Known] = {}  # of these, what the store does not have yet
        self.pools: dict[str, tuple[tuple[Member, ...], Pool]] = {}  # dataset node -> (members, what they add up to)
        self.weeks: dict[tuple[Member, ...], Profile] = {}  # members of a week -> their merged profile
        self.profiles: dict[str, Profile] = {}  # profile hash -> decoded profile, the newest ones
        self.involved: dict[str, int] = {}  # dataset node -> until when (event time) an incident involves it
        self.quarantined: list[Quarantine] = []  # in force, oldest first
        self.affected: dict[str, tuple[str, ...]] = {}  # version node id -> quarantines that it falls under
        self.windows: dict[tuple[str, int, tuple[Source, ...]], None] = {}  # endpoint, day, versions: told already
        self.ingested: dict[str, Ingested] = {}  # run -> what it said of documents, some of those asked about last
        self.heard: dict[str, Event] = {}  # id -> events that were read and are not folded yet, some of them
        self.listeners: list[Callable[[str, str], None]] = []  # called with ("incident", id) and the like

    def forget(self) -> None:
        """Let go of everything in memory: what it was made from may have been undone."""
        for kept in (self.known, self.changed, self.pools, self.weeks, self.profiles, self.involved, self.affected):
            kept.clear()
        self.quarantined.clear()
        self.heard.clear()

    def tell(self, topic: str, subjects: Iterable[str]) -> None:
        """Tell listeners (live pages) that something changed."""
        for subject in subjects:
            for listener in tuple(self.listeners):
                listener(topic, subject)
