"""Parses the lines of a click log by a regular expression, counts by page, and finds sessions by pauses."""

import csv
import logging
import re
from collections import Counter, namedtuple
from datetime import datetime, timedelta
from pathlib import Path

LINE = re.compile(
    r"^(?P<id>\d+),(?P<user>\d+),(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),"
    r"(?P<kind>\w+),(?P<page>/[^,]*),(?P<seconds>\d*),(?P<device>\w*)\s*$"
)
ITEM = re.compile(r"^/item/(\d+)$")
PAUSE = timedelta(hours=6)
Hit = namedtuple("Hit", "user when kind page seconds device")

log = logging.getLogger("access")


def parse(path: Path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        match = LINE.match(line)
        if match is None:
            log.info("line %d is not understood", number)
            continue
        part = match.groupdict()
        when = datetime.strptime(part["when"], "%Y-%m-%d %H:%M:%S")
        yield Hit(int(part["user"]), when, part["kind"], part["page"], int(part["seconds"] or 0), part["device"])


hits = sorted(parse(Path("events.csv")), key=lambda hit: (hit.user, hit.when))

views, time_on = Counter(), Counter()
for hit in hits:
    found = ITEM.match(hit.page)
    page = f"item {found.group(1)}" if found else hit.page.strip("/") or "home"
    views[page] += 1
    time_on[page] += hit.seconds

with open("pages.csv", "w", newline="") as handle:
    writer = csv.writer(handle)
    writer.writerow(("page", "views", "mean_seconds"))
    for page, count in sorted(views.items()):
        writer.writerow((page, count, round(time_on[page] / count, 1)))

sessions = []
for hit in hits:
    last = sessions[-1] if sessions else None
    if last is None or last["user"] != hit.user or hit.when - last["end"] > PAUSE:
        sessions.append({"user": hit.user, "start": hit.when, "end": hit.when, "hits": 1, "bought": hit.kind == "buy"})
    else:
        last["end"] = hit.when
        last["hits"] += 1
        last["bought"] = last["bought"] or hit.kind == "buy"

with open("sessions.csv", "w", newline="") as handle:
    writer = csv.DictWriter(handle, fieldnames=["user", "start", "minutes", "hits", "bought"])
    writer.writeheader()
    for one in sessions:
        minutes = (one["end"] - one["start"]).total_seconds() / 60
        writer.writerow(
            {
                "user": one["user"],
                "start": one["start"].isoformat(),
                "minutes": minutes,
                "hits": one["hits"],
                "bought": int(one["bought"]),
            }
        )

devices = Counter(hit.device for hit in hits if hit.kind != "view")
Path("devices.txt").write_text("\n".join(f"{name}\t{count}" for name, count in devices.most_common()))
