"""Nightly job: levels of stock by article, alerts, one file an article. Run with: --safety 30 --out reports."""

import argparse
import logging
import sys
from pathlib import Path

import pandas as pd

log = logging.getLogger("stock")


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", type=Path, default=Path("movements.csv"))
    parser.add_argument("--out", type=Path, default=Path("build"))
    parser.add_argument("--safety", type=int, default=10)
    parser.add_argument("--date-column", default="day")
    return parser.parse_args()


def signed(row):
    return row["qty"] if row["kind"] == "in" else -row["qty"]


def levels(moves, day):
    moves["delta"] = moves.apply(signed, axis=1)
    moves = moves.sort_values([day, "move_id"])
    moves["level"] = moves.groupby("sku")["delta"].cumsum()
    moves["spent"] = moves["qty"].mul(moves["price"]).where(moves["kind"].eq("in"), 0.0)
    moves["avg_price"] = moves.groupby("sku")["spent"].cumsum() / moves["qty"].where(moves["kind"] == "in", 0).groupby(
        moves["sku"]
    ).cumsum().replace(0, pd.NA)
    return moves


def main():
    args = parse()
    logging.basicConfig(stream=sys.stderr)
    args.out.mkdir(parents=True, exist_ok=True)
    moves = pd.read_csv(args.input)
    log.info("%d rows", len(moves))
    moves[args.date_column] = pd.to_datetime(moves[args.date_column])
    table = levels(moves, args.date_column)
    for sku, part in table.groupby("sku"):
        part[[args.date_column, "kind", "qty", "level", "avg_price"]].to_csv(args.out / f"{sku}.csv", index=False)
    closing = table.groupby("sku").tail(1).set_index("sku")
    closing["alert"] = closing["level"].lt(args.safety).map({True: "reorder", False: "ok"})
    peak = table.loc[table.groupby("sku")["level"].idxmax(), ["sku", "level", args.date_column]]
    peak.columns = ["sku", "peak", "peak_day"]
    closing = closing[["level", "alert"]].merge(peak, left_index=True, right_on="sku")
    closing.to_csv(args.out / "closing.csv", index=False)


if __name__ == "__main__":
    main()
