"""A league table from results: tuples as keys, Counter arithmetic, sorting by several keys."""

import csv
from collections import Counter

points, scored, conceded, played = Counter(), Counter(), Counter(), Counter()
with open("games.csv", newline="") as file:
    for _, day, home, away, home_goals, away_goals in list(csv.reader(file))[1:]:
        if day >= "2023-07-01":
            continue
        mine, theirs = int(home_goals), int(away_goals)
        scored.update({home: mine, away: theirs})
        conceded.update({home: theirs, away: mine})
        played.update([home, away])
        if mine > theirs:
            points[home] += 3
        elif mine < theirs:
            points[away] += 3
        else:
            points.update((home, away))

difference = Counter(scored)
difference.subtract(conceded)
order = sorted(played, key=lambda team: (-points[team], -difference[team], team))
with open("league.csv", "w", newline="") as file:
    print("place,team,played,points,goals", file=file)
    for place, team in enumerate(order, 1):
        print(place, team, played[team], points[team], f"{scored[team]}:{conceded[team]}", sep=",", file=file)
