"""Deduplicates contacts: normalised keys, blocking, similarity of names, clusters by union-find, one golden record."""

import csv
import json
import re
from collections import defaultdict
from difflib import SequenceMatcher
from itertools import combinations


def normalise(row):
    name = row["full_name"]
    if "," in name:
        last, first = [part.strip() for part in name.split(",", 1)]
        name = f"{first} {last}"
    digits = re.sub(r"\D", "", row["phone"])
    return {
        "id": int(row["contact_id"]),
        "name": re.sub(r"[^a-z ]", "", name.lower()),
        "phone": digits[-6:] or None,
        "zip": row["zip"],
        "source": row["source"],
        "seen": row["seen"],
    }


class UnionFind:
    def __init__(self, items):
        self.parent = {item: item for item in items}

    def find(self, item):
        while self.parent[item] != item:
            self.parent[item] = self.parent[self.parent[item]]
            item = self.parent[item]
        return item

    def union(self, a, b):
        a, b = self.find(a), self.find(b)
        if a != b:
            self.parent[max(a, b)] = min(a, b)


def similarity(a, b):
    score = SequenceMatcher(None, a["name"], b["name"]).ratio()
    if a["phone"] and a["phone"] == b["phone"]:
        score += 0.3
    return score


def best(records):
    order = {"crm": 0, "web": 1, "fair": 2}
    ranked = sorted(records, key=lambda r: (order.get(r["source"], 9), r["seen"], r["id"]))
    return {
        "name": max((r["name"] for r in records), key=len).title(),
        "phone": next((r["phone"] for r in ranked if r["phone"]), ""),
        "zip": ranked[0]["zip"],
        "last_seen": max(r["seen"] for r in records),
        "members": len(records),
    }


def main():
    with open("contacts.csv", newline="", encoding="utf-8") as f:
        contacts = [normalise(row) for row in csv.DictReader(f)]
    blocks = defaultdict(list)
    for contact in contacts:
        blocks[contact["zip"]].append(contact)

    groups = UnionFind([c["id"] for c in contacts])
    matches = []
    for zip_code, members in sorted(blocks.items()):
        for a, b in combinations(members, 2):
            score = similarity(a, b)
            if score >= 0.75:
                matches.append((a["id"], b["id"], round(score, 3), zip_code))
                groups.union(a["id"], b["id"])

    with open("matches.csv", "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["left", "right", "score", "block"])
        out.writerows(matches)

    clusters = defaultdict(list)
    for contact in contacts:
        clusters[groups.find(contact["id"])].append(contact)
    golden = [{"golden_id": key, **best(records)} for key, records in sorted(clusters.items())]
    with open("golden.jsonl", "w") as f:
        f.writelines(json.dumps(one) + "\n" for one in golden)

    with open("crosswalk.csv", "w", newline="") as f:
        out = csv.DictWriter(f, ["contact_id", "golden_id"])
        out.writeheader()
        out.writerows({"contact_id": c["id"], "golden_id": groups.find(c["id"])} for c in contacts)


if __name__ == "__main__":
    main()
