"""Answers of forked children and of a worker of a pool, of which some are killed; says of each when and that."""

import multiprocessing
import os
import random
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import begin

name, chance = sys.argv[1], random.Random(int(sys.argv[2]))


def say(*words):
    os.write(1, " ".join(map(str, words)).encode() + b"\n")  # whole, whoever else writes


def work(which, number):
    for one in range(number):
        say("making", one, which)
        begin.driftline.record_answer("desk", decision=f"{name}{which} {one}")
        say("made", one, which)
        time.sleep(0.002)
    return number


def main():
    children = []
    for which in "abc":
        child = os.fork()
        if not child:
            work(which, 150)
            os._exit(0)
        children.append(child)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        pool.submit(work, "d", 20).result()
        pool.submit(work, "e", 150)
        time.sleep(chance.uniform(0.0, 0.4))
        for child in (*children[:2], *pool._processes):
            os.kill(child, signal.SIGKILL)
            time.sleep(chance.uniform(0.0, 0.05))
        for child in children:
            os.waitpid(child, 0)
    say("end")


if __name__ == "__main__":
    main()
