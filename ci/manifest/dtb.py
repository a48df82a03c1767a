# SPDX-License-Identifier: Apache-2.0
"""Compiles a manifest with dtc and reads the tree that comes out."""

import os
import re
import struct
import subprocess

BEGIN_NODE, END_NODE, PROPERTY, NOP, END = 1, 2, 3, 4, 9


class Node:
    def __init__(self, name, path):
        self.name = name
        self.path = path
        self.properties = {}  # name -> bytes
        self.children = []  # in the manifest's order

    def child(self, name):
        return next((c for c in self.children if c.name == name), None)


# What dtc calls a check that failed, and the name that a mistake of it has here.
DTC_ERROR = re.compile(r"^(?P<where>\S+): ERROR \((?P<check>\w+)\): (?P<path>/\S*?): (?P<text>.*)$")
DTC_NAMES = {
    "duplicate_node_names": "duplicate-name",
    "duplicate_property_names": "duplicate-property",
}
DTC_ADVICE = {
    "duplicate_node_names": "two nodes have this name; give each a name of its own",
    "duplicate_property_names": "the property stands there twice; keep one",
}


def compile_manifest(manifest, output, mistakes):
    """Writes the tree to `output`; False where dtc could make none of it."""
    command = ["dtc", "-f", "-I", "dts", "-O", "dtb", "-W", "no-unit_address_vs_reg"]
    command += ["-i", os.path.dirname(os.path.abspath(manifest)), "-o", output, manifest]
    dtc = subprocess.run(
        command, stderr=subprocess.PIPE, encoding="utf-8", errors="surrogateescape"
    )
    said = [line for line in dtc.stderr.splitlines() if line.strip()]
    if dtc.returncode != 0:
        sentence = "; ".join(said) or f"dtc ended with status {dtc.returncode}"
        with open(manifest, "rb") as file:
            if b"/dts-v1/;" not in file.read():
                sentence += "; write /dts-v1/; in its first line"
        mistakes.add("bad-manifest", manifest, sentence)
        return False
    for line in said:
        match = DTC_ERROR.match(line)
        if match:
            sentence = DTC_ADVICE.get(match["check"], match["text"])
            name = DTC_NAMES.get(match["check"], "bad-manifest")
            mistakes.add(name, match["path"].replace(":", "/"), f"{sentence} ({match['where']})")
    return True


def append(tree_file, source):
    """Adds device tree source to a compiled tree, which has no mistakes."""
    quiet = ["dtc", "-q", "-f"]
    command = quiet + ["-I", "dtb", "-O", "dts", tree_file]
    text = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    # dtc writes the NUL between two strings as \0, also before a digit, and reads that as one number.
    text = re.sub(rb"\\(.)", lambda m: rb"\000" if m[1] == b"0" else m[0], text)
    command = quiet + ["-I", "dts", "-O", "dtb", "-o", tree_file]
    subprocess.run(command, input=text + source.encode(), check=True)


def read_tree(blob):
    """The root Node of a tree that dtc wrote. Duplicates stay apart."""
    structure, strings = struct.unpack_from(">2I", blob, 8)
    position = structure
    path = []
    root = None
    while True:
        (token,) = struct.unpack_from(">I", blob, position)
        position += 4
        if token == BEGIN_NODE:
            end = blob.index(b"\0", position)
            name = text(blob[position:end])
            node = Node(name, (path[-1].path.rstrip("/") + "/" + name) if path else "/")
            if path:
                path[-1].children.append(node)
            else:
                root = node
            path.append(node)
            position = (end + 4) & ~3
        elif token == END_NODE:
            path.pop()
        elif token == PROPERTY:
            size, name = struct.unpack_from(">2I", blob, position)
            position += 8
            start = strings + name
            key = text(blob[start : blob.index(b"\0", start)])
            path[-1].properties[key] = blob[position : position + size]
            position = (position + size + 3) & ~3
        elif token == END:
            return root


def text(data):
    return data.decode("utf-8", "surrogateescape")
