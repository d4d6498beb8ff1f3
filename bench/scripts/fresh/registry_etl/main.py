"""A package of steps: settings as dataclasses, steps registered by a decorator, timed and logged.

Run with: --run people orders
"""

import argparse
import logging

from extract import read
from load import write
from settings import JOBS
from transform import STEPS

log = logging.getLogger("etl")


def run(job):
    df = read(job.source, **job.options)
    for step in job.steps:
        name, _, argument = step.partition(":")
        function = STEPS[name]
        df = function(df, argument) if argument else function(df)
        log.info("%s: %s rows", step, len(df))
    write(df, job.target)
    return len(df)


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", nargs="+", choices=sorted(JOBS), default=sorted(JOBS))
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    for name in args.run:
        run(JOBS[name])


if __name__ == "__main__":
    main()
