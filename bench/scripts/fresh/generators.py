"""A pipeline of generators: parsed lazily, filtered, grouped, written line by line."""

import json
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from statistics import mean, median
from typing import NamedTuple


class Visit(NamedTuple):
    user: int
    when: datetime
    page: str
    seconds: int


def lines(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            line = line.strip()
            if line:
                yield json.loads(line)


def visits(records):
    for record in records:
        if record["kind"] == "view":
            yield Visit(
                user=record["user_id"],
                when=datetime.strptime(record["ts"], "%Y-%m-%d %H:%M:%S"),
                page=record["page"],
                seconds=int(record["seconds"]),
            )


def long_enough(stream, least=30):
    return (v for v in stream if v.seconds >= least)


def by_user(stream):
    ordered = sorted(stream, key=itemgetter(0, 1))
    for user, group in groupby(ordered, key=lambda v: v.user):
        yield user, list(group)


def summarize(groups):
    for user, mine in groups:
        seconds = [v.seconds for v in mine]
        yield {
            "user": user,
            "visits": len(mine),
            "mean": round(mean(seconds), 2),
            "median": median(seconds),
            "first": mine[0].when.date().isoformat(),
            "pages": sorted({v.page for v in mine}),
        }


def main():
    stream = summarize(by_user(long_enough(visits(lines("events.jsonl")))))
    with open("users.jsonl", "w", encoding="utf-8") as out:
        for record in stream:
            print(json.dumps(record), file=out)
    with open("hours.csv", "w", encoding="utf-8") as out:
        out.write("hour,seconds\n")
        hours = {}
        for v in visits(lines("events.jsonl")):
            hours.setdefault(v.when.hour, []).append(v.seconds)
        for hour in sorted(hours):
            out.write(f"{hour},{sum(hours[hour])}\n")


main()
