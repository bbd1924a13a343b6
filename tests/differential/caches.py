"""Sequences of changes and scans: a scan that remembers says what one without a cache says."""

import time

import states
from git import History, git, scan, token

STEPS = 12

# A scan of files that changed less than a tenth of a second ago is not remembered.
SETTLED = 0.12


def compare(random, directory):
    repository = directory / "repository"
    repository.mkdir()
    commits = History(random, random.randrange(2, 15)).into(repository)
    git(repository, "read-tree", "HEAD", check=False)
    cache = directory / "cache"
    for step in range(STEPS):
        change = random.choice(CHANGES)
        change(random, repository, commits)
        rules = ("--rules", "all") if random.random() < 0.1 else ()
        if random.random() < 0.5:
            time.sleep(SETTLED)
        quick = scan(repository, *rules, cache=cache)
        whole = scan(repository, *rules)
        known = quick["coverage"].pop("cached_objects", 0)
        whole["coverage"].pop("cached_objects", None)
        if quick != whole:
            return (
                f"step {step} ({change.__name__}, {known} objects known): {explain(quick, whole)}"
            )
    return None


def explain(quick, whole):
    for key in whole:
        if quick.get(key) != whole[key]:
            return f"{key}: remembered {str(quick.get(key))[:400]}, read {str(whole[key])[:400]}"
    return "other fields"


def nothing(random, repository, commits):
    """Scans once more what has not changed."""


def commit(random, repository, commits):
    text = b"key = " + token(random) if random.random() < 0.2 else b"%d" % random.getrandbits(30)
    identity = git(repository, "hash-object", "-w", "--stdin", stdin=text).decode().strip()
    tree = (
        git(
            repository, "mktree", stdin=f"100644 blob {identity}\tf{random.randrange(9)}\n".encode()
        )
        .decode()
        .strip()
    )
    made = (
        git(
            repository, "commit-tree", "-p", random.choice(commits), "-m", "more", tree, check=False
        )
        .decode()
        .strip()
    )
    if made:
        commits.append(made)
        git(repository, "update-ref", random.choice(("refs/heads/main", "refs/heads/new")), made)


CHANGES = states.CHANGES + (nothing, nothing, nothing, nothing, commit, commit, commit, commit)
