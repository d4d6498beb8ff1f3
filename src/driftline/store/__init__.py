"""The memory: the event log, lineage, profiles, trouble, answers. In SQLite or PostgreSQL."""

from driftline.store.store import Store as Store
from driftline.store.store import open_store as open_store
