"""What RECORD files promise against what lies on disk: missing, altered, unowned and doubly owned files.

Each folder is listed once instead of asking for each file. Standard library only, valid for CPython 3.6.
"""

import os
import re

_MOST = 16 << 20  # bytes of a RECORD; a longer one is no longer compared with the disk
_SHOWN = 20  # files that are named; all are counted
_TOPS = re.compile(rb'^"?([^/\\,"\r\n]+)', re.MULTILINE)
_NATIVE = (".py", ".so", ".pyd", ".dll")
_TREES = ("tensorflow", "tensorflow_core", "keras", "tf_keras", "numpy", "google/protobuf")
# Headers for building custom operations: four of five files of TensorFlow, and no import reads them.
_HEADERS = ("tensorflow/include/", "tensorflow_core/include/")
_HEADER_LINES = re.compile(rb"^tensorflow(?:_core)?/include/.*\n", re.MULTILINE)


class Record:
    """The RECORD of one distribution; `whole` is False where it is cut off at the limit or cannot be read."""

    def __init__(self, row):
        self.row = row
        self.data = b""
        self.whole = False
        self._lines = None
        path = os.path.join(row["folder"], "RECORD")
        if not row.get("record") or not os.path.isfile(path):  # a pipe would be waited for
            return
        try:
            with open(path, "rb") as file:
                self.data = file.read(_MOST + 1)
        except OSError:
            return
        self.whole = 0 < len(self.data) <= _MOST
        self.data = self.data[:_MOST]
        if b"\0" in self.data:  # a file system's hole after a crash: no list of files
            self.data, self.whole = b"", False
        self.data = _HEADER_LINES.sub(b"", self.data)

    def tops(self):
        """Return the first parts of the paths that are importable or folders beside the metadata."""
        found = set()
        for raw in set(_TOPS.findall(self.data)):
            name = raw.decode("utf-8", "surrogateescape")
            if not name.endswith((".dist-info", ".data", ".pth")) and name not in ("..", "", "__pycache__"):
                found.add(name)
        return found

    def lines(self):
        """Return [(path, hash, size)] of the files below the location; size -1 where none is recorded."""
        if self._lines is None:
            self._lines = []
            for line in self.data.decode("utf-8", "surrogateescape").splitlines():
                parts = line.rsplit(",", 2)
                if len(parts) != 3:
                    continue
                path, digest, size = parts
                if path[:1] == '"':
                    path = path[1:-1].replace('""', '"')
                path = path.replace("\\", "/")
                if path[:3] == "../" or path[:1] == "/" or ".dist-info/" in path or path.endswith(".pyc"):
                    continue
                self._lines.append((path, digest, int(size) if size.isdecimal() and len(size) < 19 else -1))
        return self._lines


def importable(top):
    """Return the name under which a top-level file or folder is imported."""
    return top.split(".", 1)[0] if top.endswith(_NATIVE) else top


def compare(record, tree):
    """Return the (missing, altered) files of a distribution, those of _HEADERS aside."""
    location = record.row["location"]
    missing, altered = [], []
    folders = {}
    for path, _, size in record.lines():
        head, _, name = path.rpartition("/")
        names = folders.get(head)
        if names is None:
            names = folders[head] = tree.names(os.path.join(location, *head.split("/")) if head else location)
        entry = names.get(name)
        if entry is None:
            missing.append(path)
        elif size >= 0:
            try:
                if entry.stat().st_size != size:
                    altered.append(path)
            except OSError:  # a symbolic link to nowhere
                missing.append(path)
    return missing, altered


def unowned(records, location, tree):
    """Return files in the folders of interest that no RECORD of this location lists."""
    found = []
    for top in _TREES:
        first = top.split("/")[0]
        claims = [record for record in records if first in record.row["tops"]]
        owners = [record for record in claims if top != "google/protobuf" or record.row["name"] == "protobuf"]
        if not owners or not all(record.whole for record in claims):
            continue
        expected = set(path for record in claims for path, _, _ in record.lines())
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            for name, entry in tree.names(os.path.join(location, *folder.split("/"))).items():
                path = folder + "/" + name
                # Links are not followed: one may lead back up.
                if entry.is_dir(follow_symlinks=False):
                    if name == "__pycache__" or (path + "/").startswith(_HEADERS):
                        continue
                    waiting.append(path)
                elif path not in expected and (name.endswith(_NATIVE) or ".so." in name):
                    found.append(os.path.join(location, *path.split("/")))
    return sorted(found)


def shared(records):
    """Return the overlaps among the distributions of one location.

    Whole lists are compared only where two distributions claim the same folder below a namespace such as `google`.
    """
    claims = {}
    for record in records:
        for top in record.row["raw_tops"]:
            claims.setdefault(top, []).append(record)
    owners = {}
    for top, claimants in claims.items():
        if len(set(record.row["name"] for record in claimants)) < 2:
            continue
        pattern = re.compile(rb'^"?(' + re.escape(top.encode("utf-8", "surrogateescape")) + rb"(?:/[^/,]+)?)", re.M)
        seconds = {}
        for record in claimants:
            for second in set(pattern.findall(record.data)):
                seconds.setdefault(second, set()).add(record.row["name"])
        both = tuple(set(second.decode("utf-8", "surrogateescape") for second, who in seconds.items() if len(who) > 1))
        if not both:
            continue
        folders = set(both)
        for record in claimants:
            for path, digest, _ in record.lines():
                if "/".join(path.split("/", 2)[:2]) in folders:
                    owners.setdefault(path, {})[record.row["name"]] = digest
    groups = {}
    for path, who in owners.items():
        if len(who) > 1:
            groups.setdefault(tuple(sorted(who)), []).append((path, len(set(who.values())) > 1))
    return [overlap(names, files) for names, files in sorted(groups.items())]


def overlap(names, files):
    """Return one group of files that the same distributions claim."""
    modules = sorted(set(importable(path.split("/")[0]) for path, _ in files))
    return {
        "distributions": list(names),
        "files": len(files),
        "modules": modules,
        "differing": sum(differs for _, differs in files),
    }


def harmless(row):
    """Whether an overlap is only that of equal namespace markers."""
    return row["differing"] == 0 and row["files"] <= 3


def verify(rows, interest, tree):
    """Complete the rows with what their RECORD files say; return the overlaps and the unowned files."""
    overlaps, stray = [], []
    by_location = {}
    for row in rows:
        by_location.setdefault(row["location"], []).append(Record(row))
    for location, records in by_location.items():
        for record in records:
            row = record.row
            tops = record.tops()
            row["raw_tops"] = tops
            row["tops"] = sorted(set(row["tops"]) | set(importable(top) for top in tops))
            if record.whole and row["name"] in interest:
                missing, altered = compare(record, tree)
                row["missing"], row["missing_count"] = missing[:_SHOWN], len(missing)
                row["altered"], row["altered_count"] = altered[:_SHOWN], len(altered)
        overlaps += [row for row in shared(records) if not harmless(row)]
        stray += unowned(records, location, tree)
        for record in records:
            del record.row["raw_tops"]
    return {"overlaps": overlaps, "unowned": stray[:_SHOWN]}
