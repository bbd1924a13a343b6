"""Runs git and scan-git, and makes tokens and random histories."""

import base64
import hashlib
import json
import os
import re
import subprocess
import uuid

PROGRAM = "intercom-sec"

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    # The scan reads what is stored, not what replaces it.
    "GIT_NO_REPLACE_OBJECTS": "1",
}

TOKEN = re.compile(rb"dG9rO[jm][A-Za-z0-9]{53}=")


def git(directory, *arguments, stdin=None, check=True, env=None):
    """Runs git and returns its standard output."""
    done = subprocess.run(
        ("git", "-c", "protocol.file.allow=always", *arguments),
        cwd=directory,
        input=stdin,
        capture_output=True,
        env={**ENVIRONMENT, **(env or {})},
    )
    if check and done.returncode:
        raise RuntimeError(f"git {arguments}: {done.stderr[-500:]!r}")
    return done.stdout


def scan(directory, *arguments, cache=None):
    """Runs scan-git and returns its document. The exit status has to fit the verdict."""
    where = ("--cache-dir", str(cache)) if cache else ("--no-cache",)
    done = subprocess.run(
        (PROGRAM, "scan-git", "--format", "json", *where, *arguments, "."),
        cwd=directory,
        capture_output=True,
        env=ENVIRONMENT,
        timeout=600,
    )
    try:
        document = json.loads(done.stdout)
    except ValueError:
        raise RuntimeError(f"no JSON, status {done.returncode}: {done.stderr[-500:]!r}") from None
    expected = {"clean": 0, "leak": 1, "incomplete": 2}.get(document["verdict"], 2)
    if done.returncode != expected:
        raise RuntimeError(f"verdict {document['verdict']}, status {done.returncode}")
    return document


def token(random):
    """A token that never was one."""
    text = str(uuid.UUID(int=random.getrandbits(128), version=4)).replace("-", "_")
    return base64.b64encode(f"tok:{text}:1:0".encode())


def fingerprints(*texts):
    """The fingerprints of all tokens in some texts."""
    found = (match for text in texts for match in TOKEN.findall(text))
    return {hashlib.sha256(match).hexdigest() for match in found}


def reported(document):
    """The fingerprints that a scan reports."""
    return {finding["fingerprint"] for finding in document["findings"]}


def gaps(document, what):
    """The ids of the gaps of one kind."""
    return {gap["id"] for gap in document["coverage"]["skipped"] if gap["what"] == what}


def difference(name, expected, found):
    """The words for two sets that are not equal, or None."""
    if expected == found:
        return None
    shown = lambda values: sorted(map(str, values))[:5]
    return f"{name}: missing {shown(expected - found)}, too many {shown(found - expected)}"


def objects(directory):
    """Every stored object: id → (kind, content)."""
    listing = git(directory, "cat-file", "--batch", "--batch-all-objects", "--buffer")
    found, at = {}, 0
    while at < len(listing):
        end = listing.index(b"\n", at)
        identity, kind, size = listing[at:end].decode().split(" ")
        start, at = end + 1, end + 1 + int(size) + 1
        found[identity] = (kind, listing[start : at - 1])
    return found


def named(kind, content, width):
    """The objects that an object names, without commits of submodules; `width` is an id's bytes."""
    if kind in ("commit", "tag"):
        for line in content.split(b"\n\n")[0].split(b"\n"):
            word, _, identity = line.partition(b" ")
            if word in (b"tree", b"parent", b"object"):
                yield identity.decode()
    elif kind == "tree":
        for mode, _, identity in entries(content, width):
            if mode != b"160000":
                yield identity


def entries(content, width):
    """The entries of a tree: mode, name, id."""
    at = 0
    while at < len(content):
        space, end = content.index(b" ", at), content.index(b"\0", at)
        at_next = end + 1 + width
        yield content[at:space], content[space + 1 : end], content[end + 1 : at_next].hex()
        at = at_next


def searched(kind, content, width):
    """What is searched in an object: of a tree, its names."""
    if kind != "tree":
        return [content]
    return [name for _, name, _ in entries(content, width)]


class History:
    """A random history, as a stream for git fast-import."""

    def __init__(self, random, commits, leaks=0.15):
        self.random, self.leaks = random, leaks
        self.stream, self.marks, self.files = [], [], {}
        self.tokens = [token(random) for _ in range(6)]
        self.branches = {}
        for number in range(commits):
            self.commit(number)
        for number in range(random.randrange(3)):
            self.tag(number)

    def content(self):
        """A text, now and then with a token in it."""
        lines = [
            b"line %d" % self.random.randrange(50) for _ in range(self.random.randrange(1, 30))
        ]
        if self.random.random() < self.leaks:
            secret = self.random.choice(self.tokens)
            lines.insert(self.random.randrange(len(lines) + 1), b"key = " + secret)
        return b"\n".join(lines) + b"\n"

    def path(self):
        """A path; rarely with a token in a name."""
        names = [self.random.choice((b"a", b"b", b"src", b"x.txt", b"\xc3\xa4")) for _ in range(3)]
        if self.random.random() < 0.02:
            names[self.random.randrange(3)] = self.random.choice(self.tokens)
        return b"/".join(
            b"%s%d" % (name, depth)
            for depth, name in enumerate(names[: self.random.randrange(1, 4)])
        )

    def data(self, text):
        self.stream.append(b"data %d\n%s\n" % (len(text), text))

    def commit(self, number):
        mark = number + 1
        branch = self.random.choice((b"main", b"side", b"topic"))
        self.stream.append(
            b"commit refs/heads/%s\nmark :%d\ncommitter A <a@example.com> %d +0000\n"
            % (branch, mark, 1_700_000_000 + number * 60)
        )
        self.data(self.content() if self.random.random() < 0.2 else b"commit %d" % number)
        parent = self.branches.get(branch)
        if parent is None and self.marks and self.random.random() < 0.8:
            parent = self.random.choice(self.marks)
        if parent is not None:
            self.stream.append(b"from :%d\n" % parent)
        for _ in range(self.random.choice((0, 0, 0, 1, 2))):
            other = self.random.choice(self.marks) if self.marks else None
            if parent is not None and other not in (None, parent):
                self.stream.append(b"merge :%d\n" % other)
        for _ in range(self.random.randrange(4)):
            self.change()
        self.branches[branch] = mark
        self.marks.append(mark)

    def change(self):
        kind = self.random.random()
        if kind < 0.1:
            self.stream.append(b"D %s\n" % self.path())
        elif kind < 0.15:
            self.stream.append(b"M 160000 %040x %s\n" % (self.random.getrandbits(160), self.path()))
        else:
            mode = self.random.choice((b"100644", b"100644", b"100755", b"120000"))
            self.stream.append(b"M %s inline %s\n" % (mode, self.path()))
            self.data(self.content())

    def tag(self, number):
        self.stream.append(
            b"tag v%d\nfrom :%d\ntagger A <a@example.com> 1700000000 +0000\n"
            % (number, self.random.choice(self.marks))
        )
        self.data(self.content())

    def into(self, directory, *arguments):
        """Makes a repository of it. Ids of commits, oldest first."""
        git(directory, "init", "-q", "-b", "main", *arguments)
        git(
            directory,
            "fast-import",
            "--quiet",
            "--force",
            "--export-marks=.git/marks",
            stdin=b"".join(self.stream),
        )
        marks = dict(line.split() for line in (directory / ".git/marks").read_text().splitlines())
        (directory / ".git/marks").unlink()
        return [marks[f":{mark}"] for mark in self.marks]
