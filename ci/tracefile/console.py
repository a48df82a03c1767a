# SPDX-License-Identifier: Apache-2.0
"""Reads what guest/trace/floe-tracer.c wrote to the console."""

import collections
import re

# Types of <floe/types.h>, enum FloeTraceType, with the names of their two numbers.
KINDS = {
    1: ("switch", "tid", "pid"),
    2: ("idle", None, None),
    3: ("call", "extension", "function"),
    4: ("exception", "cause", "address"),
    5: ("interrupt", "cause", None),
    6: ("create", "pid", "creator"),
    7: ("load", "pid", "address"),
    8: ("start", "pid", "tid"),
    9: ("freeze", "pid", "tid"),
    10: ("end", "pid", "status"),
    11: ("grant", "pid", "ticks"),
    12: ("window", "number", None),
}

Event = collections.namedtuple("Event", "cpu time kind arg value")

_LINE = re.compile(r"\[floe-tracer\] @([0-9a-f]+) ([0-9a-f]+):((?: [0-9a-f.]+)*)\s*$")
_LOST = re.compile(r"\[floe-tracer\] @lost ([0-9a-f]+) ([0-9a-f]+)\s*$")
_TIMEBASE = re.compile(r"\[floe-tracer\] @timebase (\d+)\s*$")
_NAME = re.compile(r"\[floe\] (?:ended|frozen): (.*) \(pid (\d+)[,)]")


class Trace:
    """All events by hart, in their order, and the names of processes."""

    def __init__(self, lines):
        self.events = collections.defaultdict(list)
        self.gaps = collections.defaultdict(dict)  # by hart: before which event, how many
        self.names = {0: "nobody", 1: "init"}
        self.timebase = None
        for line in lines:
            self._read(line)
        if self.timebase is None:
            raise ValueError("the console has no trace: floe-tracer did not run")

    def _read(self, line):
        if match := _NAME.search(line):
            self.names.setdefault(int(match[2]), match[1])
        elif match := _TIMEBASE.search(line):
            self.timebase = int(match[1])
        elif match := _LOST.search(line):
            cpu = int(match[1], 16)
            self.gaps[cpu][len(self.events[cpu])] = int(match[2], 16)
        elif match := _LINE.search(line):
            cpu, time = int(match[1], 16), int(match[2], 16)
            for text in match[3].split():
                delta, kind, arg, value = (int(number, 16) for number in text.split("."))
                time += delta
                if kind in KINDS:
                    self.events[cpu].append(Event(cpu, time, kind, arg, value))

    def name(self, pid):
        """A process's name; one that the console never named has its number."""
        return self.names.get(pid, f"pid {pid}")

    def lost(self, cpu):
        """Events of a hart that were overwritten before they could be read."""
        return sum(self.gaps[cpu].values())

    def runs(self, cpu):
        """(begin, end, pid, tid) of each time that a thread ran on a hart, in ticks."""
        running = None
        for event in self.events[cpu]:
            if event.kind not in (1, 2):
                continue
            if running and event.time > running[0]:
                yield running[0], event.time, running[2], running[1]
            running = (event.time, event.arg, event.value) if event.kind == 1 else None

    def start(self):
        """The time of the first event."""
        return min((events[0].time for events in self.events.values() if events), default=0)
