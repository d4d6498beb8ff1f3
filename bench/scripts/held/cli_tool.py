"""A tool with input and output on the command line.

Run with: events.csv clicks.csv --kind click
"""

import argparse
from pathlib import Path

import pandas as pd


def parse_args():
    p = argparse.ArgumentParser()
    p.add_argument("source", type=Path)
    p.add_argument("target", type=Path)
    p.add_argument("--kind", choices=["view", "click", "buy"], default="view")
    return p.parse_args()


def run(source: Path, target: Path, kind: str) -> None:
    events = pd.read_csv(source, parse_dates=["ts"])
    chosen = events.loc[events.kind == kind, ["event_id", "user_id", "ts", "page", "seconds"]]
    chosen = chosen.assign(
        hour=chosen.ts.dt.hour,
        part=pd.cut(chosen.ts.dt.hour, [-1, 6, 12, 18, 24], labels=["night", "morning", "noon", "evening"]),
    )
    chosen["long"] = chosen["seconds"] > chosen["seconds"].mean()
    chosen.drop(columns="ts").to_csv(target, index=False)
    (
        chosen.groupby("part", observed=True)
        .size()
        .reset_index(name="clicks")
        .to_csv(target.with_suffix(".tsv"), sep="\t", index=False)
    )


if __name__ == "__main__":
    args = parse_args()
    run(args.source, args.target, args.kind)
