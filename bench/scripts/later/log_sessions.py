"""Lines of a log to sessions, with generators, dataclasses and itertools; no pandas."""

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter, itemgetter

GAP = timedelta(hours=24)


@dataclass
class Hit:
    user: int
    at: datetime
    page: str
    seconds: int


@dataclass
class Session:
    user: int
    start: str
    pages: list[str] = field(default_factory=list)
    seconds: int = 0

    def add(self, hit: Hit) -> None:
        self.pages.append(hit.page)
        self.seconds += hit.seconds


def read(path: str) -> Iterator[Hit]:
    with open(path) as lines:
        for line in lines:
            raw = json.loads(line)
            if raw["kind"] == "buy":
                continue
            yield Hit(raw["user_id"], datetime.fromisoformat(raw["ts"]), raw["page"], raw["seconds"])


def sessions(hits: Iterator[Hit]) -> Iterator[Session]:
    ordered = sorted(hits, key=attrgetter("user", "at"))
    for user, group in groupby(ordered, key=attrgetter("user")):
        current, last = None, None
        for hit in group:
            if last is None or hit.at - last > GAP:
                if current:
                    yield current
                current = Session(user, hit.at.isoformat())
            current.add(hit)
            last = hit.at
        yield current


found = [asdict(one) for one in sessions(read("events.jsonl"))]
with open("sessions.csv", "w", newline="") as out:
    writer = csv.DictWriter(out, fieldnames=["user", "start", "hits", "seconds", "entry"])
    writer.writeheader()
    for one in found:
        pages = one.pop("pages")
        writer.writerow({**one, "hits": len(pages), "entry": pages[0]})
longest = sorted(found, key=itemgetter("seconds"), reverse=True)[:10]
with open("longest.json", "w") as out:
    json.dump([{"user": s["user"], "seconds": s["seconds"]} for s in longest], out)
