"""Which distributions the patient's sys.path holds: metadata folders read header by header, nothing imported.

Standard library only, valid for CPython 3.6; interrogate.py imports this file from its own folder.
"""

import os
import re

import imports
import records

_HEAD = 1 << 18  # bytes of a METADATA file that are read at most
_MOST_NAMES = 50000  # of one folder; the current folder may be anything
_NAME = re.compile(r"[-_.]+")
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_CARRIERS = re.compile(r"(tensorflow|tf-nightly|intel-tensorflow|nvidia-tensorflow|keras|tf-keras|tensorboard)\b.*")
_ALWAYS = ("keras", "tf-keras", "numpy", "protobuf", "tensorboard", "setuptools")


def canonical(name):
    """Return the canonical name of a distribution."""
    return _NAME.sub("-", name).lower()


class Tree:
    """Folder listings, each read once."""

    def __init__(self):
        self._seen = {}

    def names(self, folder):
        """Return {name: DirEntry} of a folder; empty where it cannot be read."""
        found = self._seen.get(folder)
        if found is None:
            found = {}
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        found[entry.name] = entry
                        if len(found) >= _MOST_NAMES:
                            break
            except OSError:
                pass
            self._seen[folder] = found
        return found

    @staticmethod
    def is_folder(entry):
        """Whether an entry is a folder, links followed; a link to itself is none."""
        try:
            return entry.is_dir()
        except OSError:
            return False


def read(path, limit):
    """Return the first bytes of a file, or None where it cannot be read."""
    try:
        if not os.path.isfile(path):  # a pipe would be waited for
            return None
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return None


def decode(data):
    """Return the text of bytes that should be UTF-8, and sometimes are Latin-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def headers(data):
    """Return [(name, value)] of a metadata file up to its first blank line."""
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found = []
    for line in decode(text.split(b"\n\n", 1)[0]).split("\n"):
        if line[:1] in (" ", "\t"):
            continue  # the next line of a long value, which none of the wanted ones has
        name, colon, value = line.partition(":")
        if colon:
            found.append((name.strip().lower(), value.strip()))
    return found


def requires_txt(data):
    """Return the requirements in an .egg-info's requires.txt, as Requires-Dist would say them."""
    found, suffix = [], ""
    for line in decode(data).splitlines():
        line = line.strip()
        if line.startswith("[") and line.endswith("]"):
            extra, _, marker = line[1:-1].partition(":")
            parts = [part for part in (marker, 'extra == "%s"' % extra if extra else "") if part]
            suffix = " ; " + " and ".join(parts) if parts else ""
        elif line and not line.startswith("#"):
            found.append(line + suffix)
    return found


def describe(location, folder, name, data):
    """Return what a metadata file says; `name` is that of its folder, for want of a better one."""
    stem = name.rsplit(".", 1)[0]
    if name.endswith(".egg"):
        stem = re.sub(r"-py\d.*$", "", stem)
    row = {
        "name": canonical(stem.split("-", 1)[0]),
        "version": None,
        "folder_version": stem.split("-", 2)[1] if "-" in stem else None,
        "location": location,
        "folder": folder,
        "requires": None,
        "requires_python": None,
        "installer": None,
        "editable": False,
        "distutils": False,
        "tops": [],
    }
    if data is None:
        return row
    row["requires"] = []
    for key, value in headers(data):
        if key == "name" and value and value.isprintable():
            row["name"] = canonical(value)
        elif key == "version" and value:
            row["version"] = row["version"] or value
        elif key == "requires-dist":
            row["requires"].append(value)
        elif key == "requires-python":
            row["requires_python"] = value
    return row


def dist_info(location, name, tree):
    """Return the distribution of one .dist-info folder."""
    folder = os.path.join(location, name)
    inside = tree.names(folder)
    row = describe(location, folder, name, read(os.path.join(folder, "METADATA"), _HEAD))
    if "INSTALLER" in inside:
        row["installer"] = decode(read(os.path.join(folder, "INSTALLER"), 200) or b"").strip().lower() or None
    if "direct_url.json" in inside:
        row["editable"] = b'"editable": true' in (read(os.path.join(folder, "direct_url.json"), 1 << 16) or b"")
    row["record"] = "RECORD" in inside
    return top_level(row, folder)


def egg_info(location, name, folder, tree):
    """Return the distribution of an .egg-info (folder or single file) or an .egg folder."""
    if not os.path.isdir(folder):
        row = describe(location, folder, name, read(folder, _HEAD))
        row["distutils"] = True
        return row
    row = describe(location, folder, name, read(os.path.join(folder, "PKG-INFO"), _HEAD))
    listed = read(os.path.join(folder, "requires.txt"), _HEAD)
    if listed is not None and not row["requires"]:
        row["requires"] = requires_txt(listed)
    # distutils writes no list of files; setuptools in a checkout writes SOURCES.txt, pip installed-files.txt.
    row["distutils"] = not {"installed-files.txt", "SOURCES.txt", "RECORD"} & set(tree.names(folder))
    return top_level(row, folder)


def top_level(row, folder):
    """Fill in the import packages that top_level.txt names."""
    listed = read(os.path.join(folder, "top_level.txt"), 1 << 16)
    if listed is not None:
        row["tops"] = [line.strip() for line in decode(listed).splitlines() if line.strip()]
    return row


def zipped(location):
    """Return the distributions inside a zip file on sys.path."""
    import zipfile

    found = []
    try:
        with zipfile.ZipFile(location) as archive:
            for member in archive.namelist():
                parts = member.split("/")
                if len(parts) == 2 and parts[1] in ("METADATA", "PKG-INFO"):
                    if parts[0].endswith(".dist-info") or parts[0] == "EGG-INFO":
                        name = os.path.basename(location) if parts[0] == "EGG-INFO" else parts[0]
                        with archive.open(member) as file:
                            found.append(describe(location, location, name, file.read(_HEAD)))
    except (OSError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        pass
    return found


def distributions_in(location, tree):
    """Return the distributions, the leftovers of interrupted uninstalls and the linked projects of one folder."""
    found, leftovers, linked = [], [], []
    for name in sorted(tree.names(location)):
        low = name.lower()
        if name.startswith("~"):
            leftovers.append(os.path.join(location, name))
        elif low.endswith(".dist-info"):
            found.append(dist_info(location, name, tree))
        elif low.endswith(".egg-info"):
            found.append(egg_info(location, name, os.path.join(location, name), tree))
        elif low.endswith(".egg-link"):
            linked.append(canonical(name[: -len(".egg-link")]))
    if location.lower().endswith(".egg"):
        found.append(egg_info(location, os.path.basename(location), os.path.join(location, "EGG-INFO"), tree))
    return found, leftovers, linked


def closure(rows):
    """Return the names of TensorFlow's distributions and of all that they require, directly or not."""
    by_name = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    wanted = [name for name in by_name if name in _ALWAYS or _CARRIERS.match(name) or name.startswith("nvidia-")]
    seen = set(wanted)
    while wanted:
        for row in by_name[wanted.pop()]:
            for text in row["requires"] or ():
                match = _REQUIREMENT.match(text)
                if match is None or "extra ==" in text:
                    continue
                name = canonical(match.group(1))
                if name in by_name and name not in seen:
                    seen.add(name)
                    wanted.append(name)
    return seen


def best_first(rows):
    """Return the rows; of several of one name in one folder, the one that the files on disk are of comes first."""
    first, ranked = {}, []
    for place, row in enumerate(rows):
        place = first.setdefault((row["location"], row["name"]), place)
        ranked.append((place, row.get("missing_count", 0) + row.get("altered_count", 0)))
    return [rows[index] for index in sorted(range(len(rows)), key=ranked.__getitem__)]


def conda_packages(prefix, tree):
    """Return [name, version] of each package that conda-meta names, or None outside conda."""
    folder = os.path.join(prefix, "conda-meta")
    if not os.path.isdir(folder):
        return None
    found = []
    for name in sorted(tree.names(folder)):
        parts = name[: -len(".json")].rsplit("-", 2) if name.endswith(".json") else ()
        if len(parts) == 3:
            found.append(parts[:2])
    return found


def distinct(path):
    """Return the entries without those that lead to the same folder again, as lib64 does in many environments."""
    found = {}
    for entry in path:
        found.setdefault(os.path.realpath(entry), entry)
    return list(found.values())


def survey(path, stdlib, loaded, prefix):
    """Return what is installed on `path`; `stdlib` are its entries that hold the standard library."""
    tree = Tree()
    rows, leftovers, linked = [], [], []
    path = distinct(path)
    for entry in path:
        if os.path.isfile(entry):
            rows += zipped(entry)
            continue
        more = distributions_in(entry, tree)
        for total, part in zip((rows, leftovers, linked), more):
            total.extend(part)
    interest = closure(rows)
    verdicts = records.verify(rows, interest, tree)
    rows = best_first(rows)
    seen = {}
    for row in rows:
        row["editable"] = row["editable"] or row["name"] in linked
        row["shadowed"] = seen.setdefault(row["name"], row["location"]) != row["location"]
    answer = imports.resolve(rows, interest, path, [entry for entry in stdlib if entry in path], loaded, tree)
    answer.update(verdicts)
    answer["distributions"] = rows
    answer["leftovers"] = leftovers
    answer["conda"] = conda_packages(prefix, tree)
    return answer
