"""Ranges of random histories, held against `git rev-list --objects`."""

from git import History, difference, fingerprints, git, objects, reported, scan, searched


def compare(random, directory):
    history = History(random, random.randrange(2, 30), leaks=0.4)
    commits = history.into(directory)
    for form in random.sample(FORMS, random.randrange(3)):
        git(directory, *form, check=False)
    names = commits + git(directory, "for-each-ref", "--format=%(refname)").decode().split()
    stored = objects(directory)
    for _ in range(4):
        start, end, other = (random.choice(names) for _ in range(3))
        git_words, scan_words = [end], ["--range", end]
        if random.random() < 0.8:
            git_words, scan_words = [end, f"^{start}"], ["--range", f"{start}..{end}"]
        if random.random() < 0.3:
            git_words.append(f"^{other}")
            scan_words += ["--not", other]
        listed = git(directory, "rev-list", "--objects", *git_words).decode().splitlines()
        ids = {line.split(" ")[0] for line in listed}
        document = scan(directory, *scan_words)
        texts = [text for identity in ids for text in searched(*stored[identity], 20)]
        found = difference("tokens", fingerprints(*texts), reported(document))
        count = len(git(directory, "rev-list", *git_words).split())
        if not found and document["coverage"]["commits"] != count:
            found = f"commits: git lists {count}, the scan {document['coverage']['commits']}"
        if not found and document["coverage"]["skipped"]:
            found = f"unexpected gaps: {document['coverage']['skipped'][:2]}"
        if found:
            return f"{scan_words}: {found}"
    return None


FORMS = (
    ("repack", "-adq"),
    ("repack", "-adfq", "--depth=50"),
    ("pack-refs", "--all"),
    ("commit-graph", "write", "--reachable"),
    ("multi-pack-index", "write"),
)
