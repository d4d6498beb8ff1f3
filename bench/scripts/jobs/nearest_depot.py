"""Each place and its nearest depot: min with a key, math, frozen dataclasses with slots, and a walrus."""

import csv
import json
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    kind: str
    lat: float
    lon: float
    demand: int

    @classmethod
    def parse(cls, row):
        return cls(row["place"], row["kind"], float(row["lat"]), float(row["lon"]), int(row["demand"]))

    def to(self, other):
        return math.hypot((self.lat - other.lat) * 111, (self.lon - other.lon) * 67)


with open("places.csv", newline="") as file:
    places = [Place.parse(row) for row in csv.DictReader(file)]
depots = [place for place in places if place.kind == "depot"] or places[:3]
shops = [place for place in places if place.kind != "depot"]

routes, load = [], dict.fromkeys((depot.name for depot in depots), 0)
for shop in shops:
    nearest = min(depots, key=shop.to)
    if (distance := shop.to(nearest)) < 150:
        routes.append({"shop": shop.name, "depot": nearest.name, "km": round(distance, 1)})
        load[nearest.name] += shop.demand

with open("routes.csv", "w", newline="") as file:
    writer = csv.DictWriter(file, routes[0])
    writer.writeheader()
    writer.writerows(routes)
with open("load.json", "w") as file:
    json.dump([dict(depot=name, demand=demand) for name, demand in load.items()], file, indent=2)
