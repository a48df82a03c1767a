# SPDX-License-Identifier: Apache-2.0
"""The Trace Event Format (JSON) that Perfetto and chrome://tracing open."""

import json

from . import console

# Shown as moments on the hart's track; calls and switches would hide everything.
_MOMENTS = {4, 5, 6, 7, 8, 9, 10}


def write(trace, path):
    """A track per hart with who ran, and what else happened there."""
    scale = 1e6 / trace.timebase  # the format counts microseconds
    zero = trace.start()
    out = [{"name": "process_name", "ph": "M", "pid": 0, "args": {"name": "Floe"}}]
    for cpu in sorted(trace.events):
        out.append({"name": "thread_name", "ph": "M", "pid": 0, "tid": cpu,
                    "args": {"name": f"hart {cpu}"}})
        for begin, end, pid, tid in trace.runs(cpu):
            out.append({"name": trace.name(pid), "cat": "run", "ph": "X", "pid": 0, "tid": cpu,
                        "ts": (begin - zero) * scale, "dur": (end - begin) * scale,
                        "args": {"pid": pid, "thread": tid}})
        for event in trace.events[cpu]:
            if event.kind not in _MOMENTS:
                continue
            name, arg, value = console.KINDS[event.kind]
            numbers = {key: hex(number) if key == "address" else number
                       for key, number in ((arg, event.arg), (value, event.value)) if key}
            if arg == "pid":
                numbers["process"] = trace.name(event.arg)
            out.append({"name": name, "cat": name, "ph": "i", "s": "t", "pid": 0, "tid": cpu,
                        "ts": (event.time - zero) * scale, "args": numbers})
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"traceEvents": out, "displayTimeUnit": "ns"}, file)
