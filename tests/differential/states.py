"""Whole repositories in random states: what is found, what is missing, how many objects."""

import os

from git import (
    History,
    difference,
    fingerprints,
    gaps,
    git,
    named,
    objects,
    reported,
    scan,
    searched,
)


def compare(random, directory):
    repository = directory / "repository"
    repository.mkdir()
    sha256 = random.random() < 0.2
    arguments = ("--object-format=sha256",) if sha256 else ()
    history = History(random, random.randrange(1, 25))
    if sha256:
        # fast-import takes ids of submodules at their full length only.
        history.stream = [line for line in history.stream if not line.startswith(b"M 160000 ")]
    commits = history.into(repository, *arguments)
    if b"main" in history.branches and random.random() < 0.8:
        git(repository, "read-tree", "HEAD")
    for _ in range(random.randrange(8)):
        random.choice(CHANGES)(random, repository, commits)
    width = 32 if sha256 else 20
    stored = objects(repository)
    document = scan(repository)
    texts = [text for kind, content in stored.values() for text in searched(kind, content, width)]
    # Reflogs and the index repeat tokens of messages and names, and add none.
    found = difference("tokens", fingerprints(*texts), reported(document))
    found = found or difference(
        "missing", missing(repository, stored, width), gaps(document, "missing-object")
    )
    count = document["coverage"]["objects"]
    if not found and count != len(stored):
        found = f"objects: git has {len(stored)}, the scan read {count}"
    others = {gap["what"] for gap in document["coverage"]["skipped"]} - {
        "missing-object",
        "shallow-boundary",
    }
    return found or (f"unexpected gaps: {others}" if others else None)


def claimed(repository):
    """What the refs, reflogs, indexes and pseudo refs of a repository name, of all worktrees."""
    lines = git(repository, "for-each-ref", "--format=%(objectname)").split()
    for directory in [repository / ".git", *sorted((repository / ".git/worktrees").glob("*"))]:
        logs = [path for path in (directory / "logs").rglob("*") if path.is_file()]
        for log in logs:
            for line in log.read_bytes().splitlines():
                lines.extend(line.split(b" ")[:2])
        for name in ("HEAD", "ORIG_HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"):
            path = directory / name
            if path.exists() and not path.read_bytes().startswith(b"ref:"):
                lines.extend(path.read_bytes().split())
        if (directory / "index").exists():
            env = {"GIT_INDEX_FILE": str(directory / "index")}
            for entry in git(repository, "ls-files", "-s", "-z", env=env).split(b"\0")[:-1]:
                mode, identity, _ = entry.split(b"\t")[0].split(b" ")
                if mode != b"160000":
                    lines.append(identity)
    ids = {line.decode() for line in lines}
    return {identity for identity in ids if set(identity) != {"0"}}


def missing(repository, stored, width):
    """What is claimed, or named on the way from there, and not stored."""
    shallow = repository / ".git/shallow"
    boundary = set(shallow.read_text().split()) if shallow.exists() else set()
    lacking, seen, waiting = set(), set(), list(claimed(repository))
    while waiting:
        identity = waiting.pop()
        if identity in seen:
            continue
        seen.add(identity)
        if identity not in stored:
            lacking.add(identity)
            continue
        kind, content = stored[identity]
        below = list(named(kind, content, width))
        waiting.extend(below[:1] if identity in boundary else below)
    # A cut parent that something else leads to is missing all the same.
    return lacking


def repack(random, repository, commits):
    git(
        repository,
        "repack",
        "-q",
        random.choice(("-ad", "-d", "-Ad", "-adf", "--cruft")),
        check=False,
    )


def unpack(random, repository, commits):
    for pack in (repository / ".git/objects/pack").glob("*.pack"):
        content = pack.read_bytes()
        for file in pack.parent.glob(pack.stem + ".*"):
            file.chmod(0o644)
            file.unlink()
        git(repository, "unpack-objects", "-q", stdin=content, check=False)


def pack_refs(random, repository, commits):
    git(repository, "pack-refs", random.choice(("--all", "--no-prune")))


def delete_branch(random, repository, commits):
    names = git(repository, "for-each-ref", "--format=%(refname)").decode().split()
    if names:
        git(repository, "update-ref", "-d", random.choice(names))


def make_ref(random, repository, commits):
    name = random.choice(
        (
            "refs/heads/x",
            "refs/remotes/o/y",
            "refs/stash",
            "refs/notes/n",
            "refs/odd/z",
            "ORIG_HEAD",
        )
    )
    git(repository, "update-ref", "--create-reflog", name, random.choice(commits), check=False)


def detach(random, repository, commits):
    git(repository, "update-ref", "--no-deref", "HEAD", random.choice(commits), check=False)


def stage(random, repository, commits):
    content = b"staged %d " % random.getrandbits(30)
    identity = git(repository, "hash-object", "-w", "--stdin", stdin=content).decode().strip()
    git(
        repository,
        "update-index",
        "--add",
        "--cacheinfo",
        f"100644,{identity},s{random.randrange(5)}",
        check=False,
    )


def stray(random, repository, commits):
    content = b"nobody leads here: %d" % random.getrandbits(30)
    git(repository, "hash-object", "-w", "--stdin", stdin=content)


def worktree(random, repository, commits):
    where = repository.parent / f"worktree{random.getrandbits(20)}"
    git(
        repository,
        "worktree",
        "add",
        "-q",
        "--detach",
        str(where),
        random.choice(commits),
        check=False,
    )


def lose(random, repository, commits):
    """Deletes a loose object."""
    loose = sorted((repository / ".git/objects").glob("[0-9a-f][0-9a-f]/*"))
    if loose:
        victim = random.choice(loose)
        # A second copy in a pack would keep it.
        os.chmod(victim, 0o644)
        victim.unlink()


def prune(random, repository, commits):
    git(repository, "prune", "--expire=now", check=False)


def replace(random, repository, commits):
    if len(commits) > 1:
        old, new = random.sample(commits, 2)
        git(repository, "replace", "-f", old, new, check=False)


def derived(random, repository, commits):
    command = random.choice(
        (
            ("commit-graph", "write", "--reachable"),
            ("multi-pack-index", "write"),
            ("repack", "-adbq"),
            ("update-index", "--index-version", "4"),
        )
    )
    git(repository, *command, check=False)


CHANGES = (
    repack,
    unpack,
    pack_refs,
    delete_branch,
    make_ref,
    detach,
    stage,
    stray,
    worktree,
    lose,
    prune,
    replace,
    derived,
    unpack,
)
