"""One task for each year by a pool of processes, the results brought together and sorted."""

import csv
import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import get_context


def totals(year):
    found = {}
    with open(f"sales_{year}.csv", newline="") as file:
        for row in csv.DictReader(file):
            store = found.setdefault(row["store"], {"units": 0, "revenue": 0.0})
            store["units"] += int(row["units"])
            store["revenue"] += float(row["revenue"])
    return year, found


def write(year, found):
    with open(f"stores_{year}.json", "w") as file:
        json.dump(
            [
                {"store": store, "price": round(one["revenue"] / one["units"], 3)}
                for store, one in sorted(found.items())
            ],
            file,
        )


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("fork")) as pool:
        futures = [pool.submit(totals, year) for year in (2021, 2022, 2023)]
        results = dict(future.result() for future in as_completed(futures))
    with ThreadPoolExecutor(2) as pool:
        for year, found in results.items():
            pool.submit(write, year, found)
    with open("growth.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["store", "units_2021", "units_2023", "growth"])
        for store in sorted(results[2021]):
            first, last = results[2021][store], results[2023][store]
            writer.writerow([store, first["units"], last["units"], round(last["revenue"] / first["revenue"] - 1, 4)])
