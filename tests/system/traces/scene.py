# SPDX-License-Identifier: Apache-2.0
"""What happened in a scene of tests/system/guests/scheduling.h, read from the console."""

import bisect
import collections

from tracefile import console

SWITCH, IDLE, CALL, GRANT = 1, 2, 3, 11
# The API's functions that the caller may wait in, or end.
WAITING = {(0x0A464C4F, function) for function in (18, 58, 61, 62, 69, 72)}
OTHER, FIFO, RR = range(3)
PREFIX = "[scheduling] @"

# A thread ran on a hart; waits: from its end on it did not want to, as far as is known;
# granted: on CPU time that its process was promised, which goes before all that was not.
Run = collections.namedtuple("Run", "begin end tid hart waits granted")
Attributes = collections.namedtuple("Attributes", "policy priority mask")


class Actor:
    """A thread of which everything is known."""

    def __init__(self, tid, role, hart, attributes, interval):
        self.tid, self.role, self.hart, self.interval = tid, role, hart, interval
        self.name = f"{role} (thread {tid})"
        self.released = None
        # (from when it may have been so, from when it is so, what)
        self.changes = [(0, 0, attributes)]
        self.runs = []

    def change(self, before, after, **what):
        """One change was asked for before, and was made after."""
        self.changes.append((before, after, self.changes[-1][2]._replace(**what)))

    def at(self, time):
        """The attributes, or None where they were just being changed."""
        for before, after, attributes in reversed(self.changes):
            if time > after:
                return attributes
            if time >= before:
                return None
        return None

    def ever(self, begin, end):
        """All attributes that may have held in that time."""
        found = []
        for (_, after, attributes), later in zip(self.changes, self.changes[1:] + [None]):
            if after <= end and (not later or later[1] >= begin) or after >= begin >= _:
                found.append(attributes)
        return found

    def waiting(self):
        """(begin, end) of the times when it certainly was ready and did not run."""
        begin = self.released
        for run in self.runs:
            if begin is not None and begin < run.begin:
                yield begin, run.begin
            begin = None if run.waits else run.end


class Scene:
    """Actors, and who ran on which hart when."""

    def __init__(self, name, harts):
        self.name, self.harts = name, harts
        self.lines = []
        self.actors = {}
        self.lost, self.timebase = 0, None
        self.runs = {}   # by hart
        self.idle = {}   # by hart: times

    def read(self, timebase):
        """Makes sense of the lines."""
        self.timebase = timebase
        trace = console.Trace([f"[floe-tracer] @timebase {timebase}"] +
                              [line.replace(PREFIX, "[floe-tracer] @") for line in self.lines])
        for line in self.lines:
            self._note(line[len(PREFIX):].split())
        for cpu in range(self.harts):
            self.lost += trace.lost(cpu)
            self._read_events(cpu, trace.events[cpu])
        for actor in self.actors.values():
            actor.runs.sort()

    def _note(self, words):
        kind, numbers = words[0], words[1:]
        if kind == "actor":
            tid, role, hart, policy, priority, interval, mask = numbers
            self.actors[int(tid)] = Actor(
                int(tid), role, int(hart),
                Attributes(int(policy), int(priority), self._mask(mask)), int(interval))
        elif kind == "release":
            self.actors[int(numbers[0])].released = int(numbers[2])
        elif kind == "affinity":
            tid, before, after, mask = numbers
            self.actors[int(tid)].change(int(before), int(after), mask=self._mask(mask))
        elif kind == "policy":
            tid, before, after, policy, priority = (int(number) for number in numbers)
            self.actors[tid].change(before, after, policy=policy, priority=priority)

    def _mask(self, text):
        return int(text, 16) & (1 << self.harts) - 1

    def _read_events(self, cpu, events):
        self.runs[cpu], self.idle[cpu] = [], []
        running, call, grant, granted = None, None, None, False
        for event in events:
            if event.kind == CALL:
                call = event.arg, event.value
            if event.kind == GRANT:
                grant = event.time
            if event.kind not in (SWITCH, IDLE):
                continue
            if running:
                self._add(Run(running.time, event.time, running.arg, cpu, call in WAITING, granted))
            call, granted = None, grant == event.time
            running = event if event.kind == SWITCH else None
            if event.kind == IDLE:
                self.idle[cpu].append(event.time)
        if running:
            self._add(Run(running.time, float("inf"), running.arg, cpu, call in WAITING, granted))

    def _add(self, run):
        self.runs[run.hart].append(run)
        if run.tid in self.actors:
            self.actors[run.tid].runs.append(run)

    def of_role(self, role, hart=None):
        """The actors with a role, of one director or of all."""
        return [actor for actor in self.actors.values()
                if actor.role == role and (hart is None or actor.hart == hart)]

    def run_at(self, hart, time):
        """Who ran there, or None: nobody, or unknown."""
        runs = self.runs[hart]
        i = bisect.bisect_right(runs, time, key=lambda run: run.begin) - 1
        return runs[i] if i >= 0 and runs[i].end > time else None

    def parts(self, hart):
        """Runs of actors on a hart, without directors and others, in their order."""
        return [run for run in self.runs[hart]
                if run.tid in self.actors and self.actors[run.tid].role != "director"]

    def order(self, hart, without=None):
        """The roles in the order in which they came on, each once as long as no other came."""
        roles = []
        for run in self.parts(hart):
            role = self.actors[run.tid].role
            if role != without and (not roles or roles[-1] != role):
                roles.append(role)
        return roles


def read(lines):
    """All scenes of a console."""
    scenes, timebase = [], None
    for line in lines:
        if line.startswith(PREFIX + "scene "):
            name, harts = line.split()[2:]
            scenes.append(Scene(name, int(harts)))
        elif line.startswith(PREFIX + "timebase "):
            timebase = int(line.split()[2])
        elif line.startswith(PREFIX) and scenes:
            scenes[-1].lines.append(line)
    for one in scenes:
        one.read(timebase)
    return scenes
