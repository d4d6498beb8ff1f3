"""Forked and spawned processes, pools of both, and what they return."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import begin
import numpy as np
import pyarrow.csv as pacsv


@begin.step
def work(number):
    np.save(f"w{number}.npy", np.arange(number))
    if number == 3:
        raise ValueError(f"no {number}")
    return int(np.load(f"w{number}.npy").sum())


def child(number):
    np.save(f"c{number}.npy", np.arange(number))
    sys.exit(number)


def tried(future):
    try:
        return future.result(60)
    except ValueError as error:
        return f"{type(error).__name__} {error} {error.args}"


def main():
    np.save("a.npy", np.arange(9))
    pid = os.fork()
    if pid == 0:
        np.save("forked.npy", np.load("a.npy") * 2)
        os._exit(7)
    print("forked", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), np.load("forked.npy").sum())
    for kind in ("fork", "spawn"):
        context = multiprocessing.get_context(kind)
        process = context.Process(target=child, args=(5,))
        process.start()
        process.join(60)
        print(kind, process.exitcode, np.load("c5.npy").sum())
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            print(kind, [tried(future) for future in [pool.submit(work, number) for number in (1, 2, 3, 4)]])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print("pool", pool.map(work, [5, 6]))
    with Path("t.csv").open("w") as file:
        file.write("a\n1\n2\n")
    print(pacsv.read_csv("t.csv").num_rows)


if __name__ == "__main__":
    main()
