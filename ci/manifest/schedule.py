# SPDX-License-Identifier: Apache-2.0
"""Finds what is wrong with the schedule of a manifest; guest/init/schedule.c at build time."""

import dataclasses

from .errors import nearest

WINDOWS_MAX = 63
FRAME_MAX = 10000000  # microseconds, behind which no window may end in any case


@dataclasses.dataclass
class Window:
    name: str
    cpu: int
    start: int  # microseconds, like all times here
    end: int


@dataclasses.dataclass
class Schedule:
    frame: int
    windows: list


def check(node, partitions, checker):
    """The Schedule of the node, None if it is wrong. Adds `windows` to the partitions' values."""
    before = len(checker.mistakes.lines)
    found = checker.values(node, checker.binding.schedule)
    checker.required(node, checker.binding.schedule_required, "a schedule")
    windows = []
    if not node.children:
        sentence = (
            "there is no window; write NAME { cpu = <0>; start-us = <0>; "
            'duration-us = <5000>; partitions = "..."; };'
        )
        checker.mistakes.add("no-windows", node.path, sentence)
    elif len(node.children) > WINDOWS_MAX:
        sentence = f"there are {len(node.children)} windows; {WINDOWS_MAX} are the most"
        checker.mistakes.add("too-many-windows", node.path, sentence)
    else:
        frame = found.get("major-frame-us", FRAME_MAX)
        for child in node.children:
            values = window(child, checker)
            name_partitions(child, values, len(windows), partitions, checker)
            windows.append(place(child, values, frame, windows, checker))
    if len(checker.mistakes.lines) != before:
        return None
    check_cpus(windows, partitions, checker)
    return Schedule(found["major-frame-us"], windows)


def window(node, checker):
    """The values of one window."""
    found = checker.values(node, checker.binding.window)
    checker.required(node, checker.binding.window_required, "every window")
    checker.no_children(node, "a window")
    checker.unit_address(node)
    return found


def place(node, found, frame, others, checker):
    """Where the window lies, unless that is unknown: its place on its CPU is judged."""
    if not {"cpu", "start-us", "duration-us"} <= found.keys():
        return None
    cpu, start, end = found["cpu"], found["start-us"], found["start-us"] + found["duration-us"]
    if end > frame:
        sentence = (
            f"it ends {end} us after the start of a major frame of {frame} us; let it begin "
            "earlier, or make it shorter or the frame longer"
        )
        checker.mistakes.add("bad-window", node.path, sentence)
    for other in filter(None, others):
        if other.cpu == cpu and start < other.end and other.start < end:
            sentence = (
                f"it overlaps {other.name}, which lasts from {other.start} to {other.end} us "
                f"on CPU {cpu} as well; move one"
            )
            checker.mistakes.add("overlapping-windows", node.path, sentence)
            break
    return Window(node.name, cpu, start, end)


def name_partitions(node, found, index, partitions, checker):
    where = f"{node.path}/partitions"
    for name in found.get("partitions", ()):
        if name not in partitions:
            meant = nearest(name, partitions)
            advice = f"did you mean {meant}?" if meant else "correct the name"
            sentence = f'there is no partition "{name}"; {advice}'
            checker.mistakes.add("unknown-partition", where, sentence)
        elif index in partitions[name].setdefault("windows", []):
            checker.mistakes.add("duplicate-name", where, f"{name} stands there twice; keep one")
        else:
            partitions[name]["windows"].append(index)


def check_cpus(windows, partitions, checker):
    for name, found in partitions.items():
        cpus = {windows[index].cpu for index in found.get("windows", ())}
        if cpus and not cpus & set(found.get("cpus", cpus)):
            sentence = (
                "it runs in its windows only, and none of them is on one of these CPUs; "
                "write a CPU that they are on"
            )
            checker.mistakes.add("never-runs", f"/partitions/{name}/cpus", sentence)
