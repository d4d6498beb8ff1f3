"""A league table: each game once for either side, points, ranks, form of the last games."""

import numpy as np
import pandas as pd

games = pd.read_csv("games.csv")
home = games.rename(columns={"home": "team", "away": "opponent", "home_goals": "gf", "away_goals": "ga"})
away = games.rename(columns={"away": "team", "home": "opponent", "away_goals": "gf", "home_goals": "ga"})
sides = pd.concat([home.assign(venue="home"), away.assign(venue="away")], ignore_index=True)
sides.eval("diff = gf - ga", inplace=True)
sides["result"] = np.select([sides["diff"] > 0, sides["diff"] == 0], ["W", "D"], "L")
sides["points"] = sides["result"].map({"W": 3, "D": 1, "L": 0})

table = sides.groupby("team").agg(
    played=("game_id", "count"),
    won=("result", lambda r: (r == "W").sum()),
    goals=("gf", "sum"),
    against=("ga", "sum"),
    points=("points", "sum"),
)
table["diff"] = table["goals"] - table["against"]
table = table.sort_values(["points", "diff", "goals"], ascending=False)
table.insert(0, "rank", range(1, len(table) + 1))
table.reset_index().to_csv("table.csv", index=False)

sides = sides.sort_values(["team", "played", "game_id"])
sides["form"] = sides.groupby("team")["points"].transform(lambda p: p.rolling(5, min_periods=1).sum())
sides["streak"] = (
    sides.groupby("team")["result"].transform(lambda r: r.ne(r.shift()).cumsum()).groupby(sides["team"]).rank("dense")
)
last = sides.groupby("team", as_index=False).last()[["team", "opponent", "form", "streak"]]
last.to_csv("form.csv", index=False)

split = sides.set_index(["team", "venue"])["points"].groupby(level=["team", "venue"]).mean().unstack()
split.columns.name = None
split["edge"] = split["home"] - split["away"]
split.query("edge > -5").to_csv("home_edge.csv")

grid = pd.crosstab(sides["team"], sides["opponent"], values=sides["gf"], aggfunc="sum").fillna(0).astype(int)
grid.to_csv("grid.csv")
