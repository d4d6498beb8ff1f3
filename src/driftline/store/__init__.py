"""The memory: the event log, lineage, profiles, trouble, answers. SQLite in a folder or in memory."""

from driftline.store.store import Store as Store
from driftline.store.store import open_store as open_store
