"""Rules of what is ignored, held against `git ls-files --others --exclude-standard`."""

from git import difference, fingerprints, git, reported, scan, token

NAMES = (
    "a",
    "b",
    "foo",
    "bar",
    "foo.txt",
    "bar.o",
    ".hidden",
    "x y",
    "[z]",
    "#c",
    "!n",
    "A",
    "\u00e4",
    "deep",
)
PARTS = (
    "*",
    "**",
    "?",
    "a",
    "foo",
    "*.txt",
    "*.o",
    "[a-c]",
    "[!a]",
    "[[:alpha:]]*",
    "\\#c",
    "\\!n",
    "\\[z\\]",
    "b*",
    ".*",
    "fo?",
    "deep",
    "x y",
    "x\\ y",
    "[]-a]",
    "[^f]oo",
    "bar.*",
    "**foo",
    "a**",
    "[a",
    "\\",
    "A",
    "\u00e4",
)


def compare(random, directory):
    git(directory, "init", "-q")
    secrets = {}
    folders = [directory]
    for _ in range(random.randrange(1, 25)):
        parent = random.choice(folders)
        path = parent / random.choice(NAMES)
        if path.exists():
            continue
        if random.random() < 0.4:
            path.mkdir()
            folders.append(path)
        else:
            secret = token(random)
            path.write_bytes(b"key = " + secret + b"\n")
            secrets[path.relative_to(directory).as_posix().encode()] = secret
    for folder in folders:
        if random.random() < 0.4:
            (folder / ".gitignore").write_bytes(patterns(random))
    if random.random() < 0.3:
        (directory / ".git/info").mkdir(exist_ok=True)
        (directory / ".git/info/exclude").write_bytes(patterns(random))
    if secrets and random.random() < 0.5:
        some = random.sample(sorted(secrets), random.randrange(1, len(secrets) + 1))
        git(
            directory,
            "add",
            "-f",
            "--pathspec-from-file=-",
            "--pathspec-file-nul",
            stdin=b"\0".join(b":(literal)" + path for path in some),
        )
    listed = git(directory, "ls-files", "--cached", "--others", "--exclude-standard", "-z").split(
        b"\0"
    )
    expected = {
        fingerprint
        for path in listed
        if path in secrets
        for fingerprint in fingerprints(secrets[path])
    }
    document = scan(directory, "--worktree", "--staged")
    staged = git(directory, "ls-files", "-z").split(b"\0")
    expected |= {
        print_ for path in staged if path in secrets for print_ in fingerprints(secrets[path])
    }
    found = difference("tokens", expected, reported(document))
    return found and f"{found}; patterns in {directory}"


def patterns(random):
    lines = []
    for _ in range(random.randrange(1, 6)):
        parts = [random.choice(PARTS) for _ in range(random.choice((1, 1, 1, 2, 3)))]
        line = random.choice(("", "", "", "!", "/", "!/")) + "/".join(parts)
        line += random.choice(("", "", "", "/", " ", "\t", "\\ ", "  "))
        lines.append(line if random.random() < 0.95 else "# " + line)
    ending = random.choice(("\n", "\n", "\n", "\r\n"))
    return (
        random.choice(("", "", "", "\ufeff")) + ending.join(lines) + random.choice(("", ending))
    ).encode()
