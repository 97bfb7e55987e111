"""Runs inside an environment (Python 3.6+, TensorFlow 1.15+): asks the TFLite interpreter which operators it registers.

Writes {"known": {code: [versions]}, "refused": {code: {version: message}}} as JSON to the file argv[1]: each operator
code in each version is put into a model of its own that does nothing, and an interpreter is made of it.
"""

import json
import struct
import sys

import tensorflow as tf

CODES, VERSIONS = 260, 16
FAR = 32767  # a version that nobody registers: shows the message


def model(code, version):
    """Return a TFLite file whose list of operators has one entry, and whose graph is empty.

    A flatbuffer written by hand: root table with version 3, operator_codes, subgraphs and buffers.
    """
    data = bytearray(b"\0\0\0\0TFL3")
    holes = []

    def put(form, *values):
        while len(data) % struct.calcsize(form[-1]):
            data.append(0)
        place = len(data)
        data.extend(struct.pack("<" + form, *values))
        return place

    def table(fields):
        """Write a vtable and its table; fields: [(form, value or None), ...]; return (place, places of the fields)."""
        size, offsets = 4, []
        for form, value in fields:
            if value is None:
                offsets.append(0)
                continue
            width = struct.calcsize(form)
            size = (size + width - 1) // width * width
            offsets.append(size)
            size += width
        while len(data) % 4:
            data.append(0)
        start = put("H", 4 + 2 * len(fields))
        put("H", size)
        for offset in offsets:
            put("H", offset)
        while len(data) % 4:
            data.append(0)
        place = len(data)
        data.extend(b"\0" * size)
        struct.pack_into("<i", data, place, place - start)
        for (form, value), offset in zip(fields, offsets):
            if value is not None:
                struct.pack_into("<" + form, data, place + offset, value)
        return place, [place + offset if offset else 0 for offset in offsets]

    def vector(items):
        """Write a vector of tables that are made afterwards; return its place and those of its entries."""
        place = put("I", len(items))
        entries = [put("I", 0) for _ in items]
        return place, entries

    def point(hole, place):
        struct.pack_into("<I", data, hole, place - hole)

    root, fields = table([("I", 3), ("I", 0), ("I", 0), ("I", 0), ("I", 0)])
    struct.pack_into("<I", data, 0, root)
    place, entries = vector([0])
    point(fields[1], place)
    small = min(code, 127)
    entry, _ = table([("b", small), ("I", None), ("i", version), ("i", code)])
    point(entries[0], entry)
    place, entries = vector([0])
    point(fields[2], place)
    graph, inner = table([("I", 0), ("I", 0), ("I", 0), ("I", 0)])
    point(entries[0], graph)
    for hole in inner:
        place, _ = vector([])
        point(hole, place)
    text = put("I", 0)
    data.append(0)
    point(fields[3], text)
    place, entries = vector([0])
    point(fields[4], place)
    buffer, _ = table([("I", None)])
    point(entries[0], buffer)
    while len(data) % 4:
        data.append(0)
    del holes
    return bytes(data)


def refused(code, version):
    """Return the message with which an interpreter refuses an operator; None where it takes it."""
    try:
        tf.lite.Interpreter(model_content=model(code, version))
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)
    return None


def main():
    """Write the answer."""
    known, told = {}, {}
    for code in range(CODES):
        if code == 32:  # a custom operator
            continue
        taken = [version for version in range(1, VERSIONS) if refused(code, version) is None]
        if taken:
            known[code] = taken
        told[code] = refused(code, FAR)
    answer = {"known": known, "refused": told, "far": FAR}
    with open(sys.argv[1], "w") as target:
        json.dump(answer, target, sort_keys=True)


main()
