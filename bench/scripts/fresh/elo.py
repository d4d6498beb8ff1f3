"""Elo ratings over a season, a league table, predictions from the ratings."""

import math

import pandas as pd

K = 24
HOME = 60


def expected(a, b):
    return 1 / (1 + math.pow(10, (b - a) / 400))


games = pd.read_csv("games.csv").sort_values(["played", "game_id"]).reset_index(drop=True)
teams = pd.unique(games[["home", "away"]].values.ravel("K"))
elo = dict(zip(teams, [1500.0] * len(teams)))
before_home, before_away, chance = [], [], []

for idx, row in games.iterrows():
    h, a = row["home"], row["away"]
    p = expected(elo[h] + HOME, elo[a])
    before_home.append(elo[h])
    before_away.append(elo[a])
    chance.append(p)
    if row["home_goals"] > row["away_goals"]:
        result = 1
    elif row["home_goals"] == row["away_goals"]:
        result = 0.5
    else:
        result = 0
    margin = abs(row["home_goals"] - row["away_goals"])
    change = K * math.log(margin + 2) * (result - p)
    elo[h] += change
    elo[a] -= change

games["elo_home"] = before_home
games["elo_away"] = before_away
games["p_home"] = chance
games["surprise"] = (games["p_home"] - (games["home_goals"] > games["away_goals"])).abs()
games[["game_id", "elo_home", "elo_away", "p_home", "surprise"]].to_csv("rated_games.csv", index=False)

final = pd.DataFrame(sorted(elo.items(), key=lambda kv: kv[0]), columns=["team", "rating"])
final["rating"] = final["rating"].round(1)
final.to_csv("ratings.csv", index=False)

home = games.rename(columns={"home": "team", "home_goals": "gf", "away_goals": "ga"})[["team", "gf", "ga"]]
away = games.rename(columns={"away": "team", "away_goals": "gf", "home_goals": "ga"})[["team", "gf", "ga"]]
table = pd.concat([home, away])
table["points"] = 0
table.loc[table.gf > table.ga, "points"] = 3
table.loc[table.gf == table.ga, "points"] = 1
league = table.groupby("team").sum()
league["gd"] = league.gf - league.ga
league.sort_values(["points", "gd"], ascending=False).reset_index().to_csv("league.csv", index=False)
