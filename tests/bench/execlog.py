# SPDX-License-Identifier: Apache-2.0
"""Reads QEMU's log of every instruction in the hypervisor and cuts it into passes.

A pass is what one hart executes there between two runs of a guest: from trap_entry
to the next. Pass 0 of the boot hart is the boot: it begins at the image's entry. What
firmware executes meanwhile is not in the log.
"""

import bisect
import collections
import os
import re
import subprocess

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LINE = re.compile(r"Trace (\d+): \S+ \[\w+/(\w+)/|Stopped execution")


def short_place(path):
    """A source file of ours from the project's root on, of a library the last two names."""
    parts = os.path.relpath(path, ROOT).split("/") if path else []
    return "/".join(parts if parts[:1] != [".."] else parts[-2:])


class Symbols:
    """The functions of an ELF file, and where the compiler found each."""

    def __init__(self, elf, cross, load_address):
        said = subprocess.run([cross + "nm", "-l", elf], check=True, stdout=subprocess.PIPE, text=True).stdout
        found = {}
        for line in said.splitlines():
            words, _, place = line.partition("\t")
            address, kind, name = words.split()
            if name == "image_start":
                moved = load_address - int(address, 16)
            if kind in "tT" and not name.startswith((".L", "$")):
                found[int(address, 16)] = (name, short_place(place.rpartition(":")[0]))
            elif name == "image_text_end":
                self.end = int(address, 16)
            elif name == "image_end":
                image_end = int(address, 16)
        self.start = load_address
        self.end += moved
        self.image_bytes = image_end + moved - load_address
        self.functions = [found[a] for a in sorted(found)]
        self.addresses = [a + moved for a in sorted(found)]

    def index(self, pc):
        return bisect.bisect_right(self.addresses, pc) - 1

    def address(self, name):
        """Where the function begins."""
        for address, (function, _) in zip(self.addresses, self.functions):
            if function == name:
                return address
        raise KeyError(f"the hypervisor has no function {name}")

    def span(self, function):
        """Its first address, and the next function's."""
        first = self.address(function)
        return first, self.addresses[self.index(first) + 1]

    def arguments(self, functions=()):
        """For QEMU: the log of every instruction in these functions, or in all."""
        spans = [self.span(f) for f in functions] or [(self.start, self.end)]
        return "-d exec,nochain -dfilter " + ",".join(f"{first:#x}..{end - 1:#x}" for first, end in spans)


class Pass:
    def __init__(self, hart):
        self.hart = hart
        self.pcs = []

    def without(self, symbols, functions):
        """The same without what those functions and all that they call execute."""
        entries, caller = {symbols.address(f) for f in functions}, None
        rest = Pass(self.hart)
        for pc in self.pcs:
            if caller is not None and caller < pc <= caller + 4:
                caller = None
            if caller is None and pc in entries:
                caller = rest.pcs[-1]
            if caller is None:
                rest.pcs.append(pc)
        return rest

    def until(self, address):
        """What comes before the function there."""
        rest = Pass(self.hart)
        rest.pcs = self.pcs[:self.pcs.index(address)] if address in self.pcs else self.pcs
        return rest

    def goes_through(self, address):
        return address in self.pcs

    def count(self):
        return len(self.pcs)

    def by_function(self, symbols):
        """Counter of instructions: (function, file) -> number."""
        counter = collections.Counter()
        for pc, times in collections.Counter(self.pcs).items():
            counter[symbols.functions[symbols.index(pc)]] += times
        return counter


def executed(file):
    """(hart, pc) of each instruction. QEMU takes back those that it has not begun."""
    last = None
    for line in file:
        match = LINE.match(line)
        if not match:
            continue
        if last and match[1]:
            yield last
        last = (int(match[1]), int(match[2], 16)) if match[1] else None
    if last:
        yield last


def passes(file, symbols):
    """Every pass in the order of their ends; those that the run cut short too."""
    entry = symbols.address("trap_entry")
    current = {}
    for hart, pc in executed(file):
        if pc == entry and hart in current:
            yield current.pop(hart)
        current.setdefault(hart, Pass(hart)).pcs.append(pc)
    yield from current.values()
