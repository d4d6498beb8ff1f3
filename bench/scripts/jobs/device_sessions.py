"""Reads events line by line, keeps the state of each user in a defaultdict of a dataclass, and writes JSON lines."""

import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass
class Visitor:
    user: int
    visits: int = 0
    seconds: int = 0
    last_seen: str = ""
    pages: Counter = field(default_factory=Counter)

    def see(self, event):
        self.visits += 1
        self.seconds += int(event["seconds"])
        self.last_seen = max(self.last_seen, datetime.fromisoformat(event["ts"]).date().isoformat())
        self.pages[event["page"]] += 1

    @property
    def favourite(self):
        return min(self.pages, key=lambda page: (-self.pages[page], page))


def load(path):
    visitors = {}
    with open(path) as lines:
        for line in lines:
            event = json.loads(line)
            if event["device"] == "bot":
                continue
            visitors.setdefault(event["user_id"], Visitor(event["user_id"])).see(event)
    return visitors


visitors = load("events.jsonl")
devices = defaultdict(int)
for line in open("events.jsonl"):
    devices[json.loads(line)["device"]] += 1

with open("visitors.jsonl", "w") as out:
    for user in sorted(visitors):
        one = visitors[user]
        record = asdict(one)
        del record["pages"]
        record["favourite"] = one.favourite
        out.write(json.dumps(record) + "\n")
with open("devices.json", "w") as out:
    json.dump([{"device": name, "events": count} for name, count in sorted(devices.items())], out)
