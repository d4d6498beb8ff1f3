"""A small click program with two commands, called one after the other.

Run with: --min-age 25 --country DE --country FR
"""

import json

import click
import pandas as pd


def read_customers(path):
    frame = pd.read_csv(path, parse_dates=["signup_date"])
    frame["email"] = frame["email"].str.strip().str.lower()
    return frame


@click.command()
@click.option("--source", default="customers.csv")
@click.option("--min-age", type=int, default=18, show_default=True)
@click.option("--country", "countries", multiple=True)
@click.option("--out", default="cleaned.csv")
@click.option("--report", default="report.json")
def clean(source, min_age, countries, out, report):
    """Keep customers of some countries."""
    customers = read_customers(source)
    before = len(customers)
    customers = customers.dropna(subset=["income"])
    customers = customers.query("age >= @min_age")
    if countries:
        customers = customers[customers["country"].isin(countries)]
    customers = customers.assign(
        domain=lambda d: d["email"].str.split("@").str[1],
        quarter=lambda d: d["signup_date"].dt.to_period("Q").astype(str),
        band=lambda d: pd.cut(d["income"], [0, 40_000, 80_000, 1e9], labels=["low", "mid", "high"]),
    )
    customers.drop(columns=["name", "signup_date"]).to_csv(out, index=False)
    counts = customers.groupby(["country", "band"], observed=True)["customer_id"].count()
    summary = {
        "rows": {"before": before, "after": len(customers)},
        "mean_income": round(customers["income"].mean(), 2),
        "by_band": {f"{country}/{band}": int(many) for (country, band), many in counts.items()},
    }
    with open(report, "w") as handle:
        json.dump(summary, handle, indent=2)
    click.echo(f"kept {len(customers)} of {before}")


if __name__ == "__main__":
    clean()
