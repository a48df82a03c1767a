# SPDX-License-Identifier: Apache-2.0
"""Finds the files that a manifest names, and checks what can be seen in them."""

import os

from . import elf

OWN = ("init.elf", "system.dtb")  # Floe's own names in ROMFS
PAGE = 4096


class Files:
    """What goes into ROMFS: base name -> path. Also judges the programs."""

    def __init__(self, folders, mistakes):
        self.folders = folders
        self.mistakes = mistakes
        self.paths = {}
        self.contents = {}  # path -> bytes
        self.seen = set()  # names that were looked up already

    def find(self, name):
        """A path, from the first folder that has the file; else None."""
        for folder in self.folders:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                return path
        return None

    def take(self, name, where, missing):
        """Adds a file; `missing` names the mistake where there is none. Gives its path."""
        path = self.find(name)
        if path is None:
            looked = ", ".join(self.folders)
            advice = "build it, or add its folder to IMAGES="
            self.mistakes.add(missing, where, f"there is no file {name} in {looked}; {advice}")
            return None
        base = os.path.basename(name)
        other = self.paths.setdefault(base, path)
        if base in OWN:
            sentence = f"{base} is a name of Floe's own in ROMFS; rename the file"
            self.mistakes.add("duplicate-name", where, sentence)
        elif self.read(other) != self.read(path):
            sentence = f"{other} and {path} would both be {base} in ROMFS; rename one"
            self.mistakes.add("duplicate-name", where, sentence)
        return path

    def read(self, path):
        if path not in self.contents:
            with open(path, "rb") as file:
                self.contents[path] = file.read()
        return self.contents[path]

    def take_image(self, node, found):
        """Adds a partition's program; gives the bytes of memory that it needs at least."""
        if "image" not in found:
            return 0
        where = f"{node.path}/image"
        path = self.take(found["image"], where, "missing-image")
        if path is None:
            return 0
        try:
            needed = elf.check(self.read(path), found.get("allow-rwx", False))
        except elf.BadElf as error:
            self.mistakes.add(error.name, where, f"{path} {error}")
            return 0
        needed += PAGE  # of stack
        limit = found.get("memory-limit", needed)
        if limit < needed:
            sentence = f"{path} needs at least {needed} bytes for its data; raise the limit of {limit}"
            self.mistakes.add("not-enough-memory", f"{node.path}/memory-limit", sentence)
        return needed

    def total(self):
        """Bytes that all files take in ROMFS."""
        return sum((len(self.read(p)) + 2 * PAGE - 1) // PAGE * PAGE for p in self.paths.values())
