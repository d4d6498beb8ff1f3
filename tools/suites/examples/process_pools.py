"""One task, given to every kind of pool of processes: joblib, loky, concurrent.futures, multiprocessing."""

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor

import pandas as pd
from joblib import Parallel, delayed


def task(number, place):
    table = pd.read_csv(f"in{number}.csv")
    table["z"] = table.a * 2
    table.to_csv(f"{place}{number}.csv", index=False)
    return int(table.z.sum())


def fails(number):
    raise KeyError(number)


def main():
    for number in range(4):
        pd.DataFrame({"a": [number, number + 1]}).to_csv(f"in{number}.csv", index=False)
    print(Parallel(n_jobs=2)(delayed(task)(number, "loky") for number in range(4)))
    print(Parallel(n_jobs=2, backend="multiprocessing")(delayed(task)(number, "joblib") for number in range(2)))
    for way in ("fork", "spawn", "forkserver"):
        context = multiprocessing.get_context(way)
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            print(way, list(pool.map(task, range(3), [way] * 3)))
            try:
                pool.submit(fails, 1).result()
            except KeyError as error:
                print("KeyError", error)
        with context.Pool(2, maxtasksperchild=1) as pool:
            print(pool.starmap(task, [(number, f"pool-{way}") for number in range(3)]))
    child = multiprocessing.Process(target=sys.exit, args=(3,))
    child.start()
    child.join()
    sys.exit(child.exitcode + 2)


if __name__ == "__main__":
    main()
