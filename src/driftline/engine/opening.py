"""Opening a store for the steps of the engine, and taking charge of it.

Enters: settings. Leaves: a house that knows what is quarantined and which datasets open incidents involve. It loads
what recording needs and nothing that questions need: programs that only record open the store, too.
"""

from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine import quarantine, remember
from driftline.engine.house import House
from driftline.store import open_store


def house(settings: Settings, *, create: bool = True) -> House:
    """Open the store of ``settings``; one that does not exist is made where ``create`` says so.

    Raises:
        StoreTooNew: a newer Driftline wrote it; nothing was changed.
        StoreUnusable: it cannot be opened, or there is none.
    """
    store = open_store(settings.location, home=settings.home, create=create)
    try:
        opened = House(settings, store, Outbox(store, settings))
        remember.everything(opened)
    except BaseException:
        store.close()
        raise
    return opened


def take_charge(opened: House) -> None:
    """Tell every guard of this home the mode and the quarantines in force; for processes that write.

    Raises:
        StoreUnusable: the store may only be read here.
    """
    opened.store.demand_writing()
    with opened.lock:
        quarantine.publish(opened)
    opened.outbox.deliver(opened.now())
