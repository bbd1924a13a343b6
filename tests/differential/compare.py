#!/usr/bin/env python3
"""Compares scan-git with git itself on random repositories, with a fresh seed each.

usage: compare.py [--bin PATH] [--seed N] [--iterations N] [--keep DIR] SUBJECT...

Subjects: states, ranges, indexes, caches, ignores. An iteration makes one repository (a cache
sequence makes one and changes it a dozen times), asks git what it holds, and compares. A difference
is printed with its seed, which makes the same repository again; the exit status is then 1.
"""

import argparse
import importlib
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import git

SUBJECTS = ("states", "ranges", "indexes", "caches", "ignores")


def iteration(subject, seed, keep):
    """Runs one iteration. Returns the words of a difference, or None."""
    directory = Path(tempfile.mkdtemp(prefix=f"{subject}-{seed}-"))
    try:
        subject_module = importlib.import_module(subject)
        return subject_module.compare(random.Random(seed), directory)
    except Exception:  # A fault of the script is shown like a difference: nothing is passed over.
        return traceback.format_exc()
    finally:
        if keep:
            shutil.move(directory, Path(keep) / directory.name)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--bin", default="intercom-sec")
    options.add_argument("--seed", type=int, default=None, help="the first seed; without, the time")
    options.add_argument("--iterations", type=int, default=100)
    options.add_argument("--keep", help="where to keep the repositories")
    options.add_argument("subjects", nargs="+", choices=SUBJECTS)
    given = options.parse_args()
    git.PROGRAM = shutil.which(given.bin) or given.bin
    first = given.seed if given.seed is not None else time.time_ns() // 1_000_000
    differences = 0
    for subject in given.subjects:
        found = 0
        for seed in range(first, first + given.iterations):
            difference = iteration(subject, seed, given.keep)
            if difference:
                found += 1
                print(f"{subject}: seed {seed}: {difference}", flush=True)
        print(
            f"{subject}: {given.iterations} iterations from seed {first}, {found} differences",
            flush=True,
        )
        differences += found
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
