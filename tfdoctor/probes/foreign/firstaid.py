"""First aid: writes what this Python, its distributions and its machine say, as JSON, for `tfdoctor triage`.

    python3 tfdoctor-firstaid.pyz [--load] [FILE]

For machines where tfdoctor itself cannot run: the standard library only, CPython 3.6 and newer. Without FILE the
answer goes to standard output. --load also imports TensorFlow, in a process of its own. Nothing is changed or sent.
The answer names paths, users and variables; `tfdoctor redact FILE` makes them nameless before it is passed on.
"""

import sys

if sys.version_info < (3, 6):
    sys.exit("tfdoctor-firstaid: Python %d.%d is too old; TensorFlow's wheels need Python 3.6" % sys.version_info[:2])

_ARGUMENTS = sys.argv[1:]
if "-h" in _ARGUMENTS or "--help" in _ARGUMENTS:
    sys.stdout.write(__doc__ or "")
    sys.exit(0)
_LOAD = "--load" in _ARGUMENTS
_PLACES = [argument for argument in _ARGUMENTS if argument != "--load"]
if len(_PLACES) > 1 or any(place.startswith("-") for place in _PLACES):
    sys.stderr.write("usage: tfdoctor-firstaid.pyz [--load] [FILE]\n")
    sys.exit(2)


def main():
    """Ask the interrogator, add the machine, write both."""
    import os
    import tempfile

    handle, place = tempfile.mkstemp(prefix="tfdoctor-", suffix=".json")
    os.close(handle)
    sys.argv[1:] = [place]
    try:
        import interrogate  # it answers on import, into the file of argv; an interpreter that is too old ends here

        del interrogate
    except SystemExit:
        pass
    import json

    try:
        with open(place, encoding="utf-8") as file:
            answer = json.load(file)
    finally:
        os.unlink(place)
    if "refused" not in answer:
        answer["host"] = ask(answer)
    text = json.dumps(answer, indent=1, sort_keys=True)  # ASCII: any terminal, any encoding
    if _PLACES:
        try:
            with open(_PLACES[0], "w", encoding="ascii") as file:
                file.write(text + "\n")
        except OSError as error:
            sys.stderr.write("tfdoctor-firstaid: cannot write %s: %s\n" % (_PLACES[0], error.strerror))
            sys.exit(2)
        sys.stderr.write("written: %s (not redacted; read it by: tfdoctor triage FILE)\n" % _PLACES[0])
    else:
        sys.stdout.write(text + "\n")


def ask(answer):
    """Return what the machine says; a part that fails is named in the answer's failures."""
    import hostfacts

    parts = [
        ("system", hostfacts.system),
        ("processor", hostfacts.processor),
        ("gpu", hostfacts.gpu),
        ("libraries", hostfacts.libraries),
        ("variables", hostfacts.variables),
        ("build_info", lambda: hostfacts.build_info(answer.get("installation", {}))),
    ]
    if _LOAD:
        parts.append(("load_log", hostfacts.load_log))
    found = {}
    for name, part in parts:
        try:
            found[name] = part()
        except Exception as error:
            answer["failures"].append([name, "%s: %s" % (type(error).__name__, error)])
    return found


if __name__ == "__main__":
    main()
