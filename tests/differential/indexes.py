"""What is staged, held against `git diff --cached` and `git ls-files --unmerged`."""

from git import History, difference, fingerprints, git, reported, scan, token

FORMS = (
    ("update-index", "--index-version", "4"),
    ("update-index", "--index-version", "2"),
    ("update-index", "--split-index"),
    ("update-index", "--force-write-index"),
    ("write-tree",),
)


def compare(random, directory):
    history = History(random, random.randrange(1, 8), leaks=0.3)
    history.into(directory)
    if b"main" in history.branches:
        git(directory, "read-tree", "HEAD")
    tokens = history.tokens + [token(random) for _ in range(3)]
    for _ in range(random.randrange(1, 12)):
        change(random, directory, tokens)
        if random.random() < 0.2:
            git(directory, *random.choice(FORMS), check=False)
    has_head = git(directory, "rev-parse", "-q", "--verify", "HEAD", check=False) != b""
    base = (
        "HEAD"
        if has_head
        else git(directory, "hash-object", "-t", "tree", "-w", "--stdin", stdin=b"")
        .decode()
        .strip()
    )
    contents = {}
    for path, mode, identity in staged(directory, base):
        if mode not in ("160000", "000000"):
            contents[identity] = None
        contents[path] = path
    texts = []
    for key, path in contents.items():
        texts.append(path if path is not None else git(directory, "cat-file", "blob", key))
    document = scan(directory, "--staged")
    found = difference("tokens", fingerprints(*texts), reported(document))
    if not found and document["coverage"]["skipped"]:
        found = f"unexpected gaps: {document['coverage']['skipped'][:2]}"
    return found


def staged(directory, base):
    """Path, mode and id of what the index has and `base` has not, at every stage."""
    lines = git(
        directory, "diff-index", "--cached", "--raw", "-z", "--no-renames", "--abbrev=40", base
    ).split(b"\0")
    for line, path in zip(lines[::2], lines[1::2]):
        _, mode, _, identity, status = line.decode().lstrip(":").split(" ")
        if status in "AMT":
            yield path, mode, identity
    # Stages of a conflict count where HEAD does not have that content at that path.
    tree = {}
    for entry in git(directory, "ls-tree", "-r", "-z", base).split(b"\0")[:-1]:
        left, path = entry.split(b"\t")
        tree[path] = left.decode().split(" ")[2]
    for entry in git(directory, "ls-files", "-u", "-z").split(b"\0")[:-1]:
        left, path = entry.split(b"\t")
        mode, identity, _ = left.decode().split(" ")
        if tree.get(path) != identity:
            yield path, mode, identity


def change(random, directory, tokens):
    path = random.choice(
        ("a0", "b0", "x.txt0", "d/e", "d/f/g", "n/" + random.choice(tokens).decode())
    )
    text = (
        b"k = " + random.choice(tokens) if random.random() < 0.5 else b"%d" % random.getrandbits(20)
    )
    identity = git(directory, "hash-object", "-w", "--stdin", stdin=text).decode().strip()
    mode = random.choice(("100644", "100755", "120000"))
    kind = random.randrange(6)
    if kind < 3:
        git(
            directory,
            "update-index",
            "--add",
            "--replace",
            "--cacheinfo",
            f"{mode},{identity},{path}",
        )
    elif kind == 3:
        git(directory, "update-index", "--force-remove", path)
    elif kind == 4:
        lines = "".join(
            f"{mode} {identity} {stage}\t{path}\n" for stage in (1, 2, 3) if random.random() < 0.7
        )
        git(directory, "update-index", "--force-remove", path)
        git(directory, "update-index", "--index-info", stdin=lines.encode())
    else:
        git(
            directory,
            "update-index",
            "--add",
            "--replace",
            "--cacheinfo",
            f"160000,{random.getrandbits(160):040x},{path}",
        )
