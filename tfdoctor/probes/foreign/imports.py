"""Which file each import would take, found by walking sys.path as the import system does, importing nothing.

Standard library only, valid for CPython 3.6; survey.py imports this file from its own folder.
"""

import os

import _imp

_SUFFIXES = tuple(_imp.extension_suffixes()) + (".py", ".pyc")
_MODULES = ("tensorflow", "keras", "tf_keras", "numpy", "google.protobuf", "tensorboard", "pkg_resources", "distutils")
_OWNED = ("tensorflow", "tensorflow_core", "keras", "tf_keras", "numpy", "google/protobuf")
# Modules of the standard library that nobody but themselves imports.
_BORING = frozenset("test this antigravity idlelib turtledemo turtle lib2to3 site-packages __pycache__".split())


def look(name, entries, tree):
    """Return (path, kind, portions) of the module `name` in the first entry that has it.

    `kind` is "package", "module", "namespace" or None; `portions` are the folders of a namespace package.
    """
    portions = []
    for entry in entries:
        names = tree.names(entry)
        found = names.get(name)
        folder = os.path.join(entry, name)
        is_folder = found is not None and tree.is_folder(found)
        if is_folder:
            inside = tree.names(folder)
            if any("__init__" + suffix in inside for suffix in _SUFFIXES):
                return folder, "package", [folder]
        for suffix in _SUFFIXES:
            if name + suffix in names:
                return os.path.join(entry, name + suffix), "module", []
        if is_folder:
            portions.append(folder)
    return (portions[0], "namespace", portions) if portions else (None, None, [])


def find(name, path, tree):
    """Return (path, kind) of a module, dots allowed."""
    entries = path
    found, kind = None, None
    for part in name.split("."):
        found, kind, entries = look(part, entries, tree)
        if kind is None:
            break
    return found, kind


def modules(path, tree):
    """Return what would be imported for each module of interest."""
    found = []
    for name in _MODULES:
        where, kind = find(name, path, tree)
        if name == "distutils" and where is None and os.environ.get("SETUPTOOLS_USE_DISTUTILS") != "stdlib":
            # setuptools puts its own copy in place of the module that Python 3.12 removed.
            hooked = any("distutils-precedence.pth" in tree.names(entry) for entry in path)
            setuptools, is_there = find("setuptools", path, tree)
            if hooked and is_there == "package" and "_distutils" in tree.names(setuptools):
                where, kind = os.path.join(setuptools, "_distutils"), "package"
        found.append({"name": name, "path": where, "namespace": kind == "namespace"})
    return found


def stdlib_names(stdlib, tree):
    """Return the top-level modules of the standard library that have files."""
    found = set()
    for entry in stdlib:
        for name, item in tree.names(entry).items():
            stem = name.split(".", 1)[0]
            if name.endswith(_SUFFIXES) or (stem == name and tree.is_folder(item)):
                found.add(stem)
    return found - _BORING


def shadows(rows, interest, path, stdlib, loaded, tree):
    """Return files and folders that hide a module of the standard library or of TensorFlow's distributions."""
    tops = set()
    homes = {}
    for row in rows:
        for top in row["tops"]:
            homes.setdefault(top, []).append(row["location"])
            if row["name"] in interest:
                tops.add(top)
    sites = set(row["location"] for row in rows)
    core = stdlib_names(stdlib, tree) - set(loaded)
    first_stdlib = min([path.index(entry) for entry in stdlib] or [0])
    found = []
    for place, entry in enumerate(path):
        if entry in stdlib:
            continue
        for name in sorted(tree.names(entry)):
            stem = name.split(".", 1)[0]
            from_core = stem in core and place < first_stdlib
            if not from_core and (stem not in tops or entry in homes[stem] or entry in sites):
                continue
            where, kind = find(stem, [entry], tree)
            if where is None or kind == "namespace" or os.path.basename(where) != name:
                continue
            if from_core or any(home in path[place + 1 :] for home in homes[stem]):
                found.append({"module": stem, "path": where})
    return found


def orphans(rows, path, stdlib, tree):
    """Return import packages of interest that lie in a folder of distributions and belong to none of them."""
    sites = []
    for entry in path:
        name = os.path.basename(entry)
        if name in ("site-packages", "dist-packages") or any(row["location"] == entry for row in rows):
            if entry not in stdlib:
                sites.append(entry)
    found = []
    for site in sites:
        here = [row for row in rows if row["location"] == site]
        for module in _OWNED:
            folder = os.path.join(site, *module.split("/"))
            parent, name = os.path.split(folder)
            item = tree.names(parent).get(name)
            if item is None or not tree.is_folder(item):
                continue
            if not set(tree.names(folder)) - {"__pycache__"}:
                continue  # what an uninstall leaves behind and no import sees
            if not any(owns(row, module) for row in here):
                found.append(folder)
    return found


def owns(row, module):
    """Whether a distribution brings a module: by its list of files, top_level.txt, or for want of both its name."""
    if module == "google/protobuf":
        return row["name"] == "protobuf"
    top = module.split("/")[0]
    if top in row["tops"]:
        return True
    if row["tops"]:
        return False
    return row["name"].replace("-", "_") == top or (top.startswith("tensorflow") and "tensorflow" in row["name"])


def resolve(rows, interest, path, stdlib, loaded, tree):
    """Return the modules, shadows, orphans and plugins of this sys.path."""
    plugins = []
    for entry in path:
        folder = os.path.join(entry, "tensorflow-plugins")
        if "tensorflow-plugins" in tree.names(entry):
            plugins += [os.path.join(folder, name) for name in sorted(tree.names(folder)) if name != "__pycache__"]
    return {
        "modules": modules(path, tree),
        "shadows": shadows(rows, interest, path, stdlib, loaded, tree),
        "orphans": orphans(rows, path, stdlib, tree),
        "plugins": plugins,
    }
