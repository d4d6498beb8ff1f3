"""Files read by threads, futures kept in a dictionary, results put together and summed up in JSON."""

import json
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pandas as pd

HERE = Path(".")


def process_file(path):
    df = pd.read_csv(path)
    year = int(path.stem.split("_")[-1])
    df = df.loc[df["units"].gt(5)].assign(year=year)
    df["unit_price"] = df["revenue"] / df["units"]
    return year, df


def main():
    paths = sorted(HERE.glob("sales_*.csv"))
    results = {}
    with ThreadPoolExecutor(max_workers=3) as executor:
        futures = {executor.submit(process_file, p): p for p in paths}
        for future in as_completed(futures):
            path = futures[future]
            try:
                year, frame = future.result()
            except Exception as exc:
                print(f"{path} generated an exception: {exc}")
            else:
                results[year] = frame
    ordered = [results[y] for y in sorted(results)]
    full = pd.concat(ordered, ignore_index=True)
    out = Path("out")
    out.mkdir(exist_ok=True)
    full.to_parquet(out / "all_sales.parquet", index=False)
    summary = [
        {"year": int(year), "units": int(df["units"].sum()), "best": df.loc[df["revenue"].idxmax(), "product"]}
        for year, df in sorted(results.items())
    ]
    (out / "summary.json").write_text(json.dumps(summary, indent=2))
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda s: full[full["store"] == s], ["S1", "S2", "S3"]))
    for store, part in zip(["S1", "S2", "S3"], parts):
        part.drop(columns="store").to_csv(out / f"store_{store}.csv", index=False)


if __name__ == "__main__":
    main()
