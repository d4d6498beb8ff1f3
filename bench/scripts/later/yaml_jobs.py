"""A job of steps that a config names, the functions found by getattr, options by keyword.

Run with: --job people --top 12
"""

import argparse
from types import SimpleNamespace

import pandas as pd

CONFIG = {
    "people": {
        "source": "employees.csv",
        "steps": [
            {"do": "derive", "columns": {"total": "salary + bonus", "ratio": "bonus / salary"}},
            {"do": "keep", "where": "rating >= @minimum", "minimum": 2},
            {"do": "rename", "names": {"emp_id": "id", "dept": "unit"}},
            {"do": "rank", "by": "total", "within": "unit"},
        ],
        "out": {"people.csv": ["id", "unit", "total", "place"], "ratios.csv": ["id", "ratio"]},
    }
}


def derive(df, columns):
    df = df.fillna({"bonus": 0})
    for name, formula in columns.items():
        df[name] = df.eval(formula)
    return df


def keep(df, where, minimum):
    return df.query(where)


def rename(df, names):
    return df.rename(columns=names)


def rank(df, by, within):
    return df.assign(place=df.groupby(within)[by].rank(ascending=False))


STEPS = {f.__name__: f for f in (derive, keep, rename, rank)}


def run(job, top):
    frame = pd.read_csv(job.source)
    for step in job.steps:
        options = {k: v for k, v in step.items() if k != "do"}
        frame = STEPS[step["do"]](frame, **options)
    for path, columns in job.out.items():
        frame.loc[frame["place"] <= top, columns].to_csv(path, index=False)
    return frame


if __name__ == "__main__":
    cli = argparse.ArgumentParser()
    cli.add_argument("--job", choices=list(CONFIG))
    cli.add_argument("--top", type=int, default=5)
    options = cli.parse_args()
    done = run(SimpleNamespace(**CONFIG[options.job]), options.top)
    spread = done.groupby("unit")["salary"].agg(lambda s: s.quantile(0.9) - s.quantile(0.1))
    spread.rename("spread").reset_index().to_csv("spread.csv", index=False)
