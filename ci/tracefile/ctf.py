# SPDX-License-Identifier: Apache-2.0
"""The Common Trace Format 1.8, which babeltrace2 and Trace Compass read.

A folder with `metadata` in TSDL and a stream for each hart. Where events were
lost a new packet begins, whose context counts them.
"""

import os
import struct

from . import console

_MAGIC = 0xC1FC1FC1
_PACKET = struct.Struct("<IIQQQQQI")  # header, then context

_HEAD = """/* CTF 1.8 */

typealias integer { size = 8; align = 8; signed = false; } := uint8_t;
typealias integer { size = 32; align = 8; signed = false; } := uint32_t;
typealias integer { size = 64; align = 8; signed = false; base = 16; } := uint64_t;

trace {
	major = 1;
	minor = 8;
	byte_order = le;
	packet.header := struct { uint32_t magic; uint32_t stream_id; };
};

env { tracer_name = "floe"; };

clock { name = time; freq = %d; };
typealias integer { size = 64; align = 8; signed = false; map = clock.time.value; } := tick_t;

stream {
	id = 0;
	packet.context := struct {
		tick_t timestamp_begin;
		tick_t timestamp_end;
		uint64_t content_size;
		uint64_t packet_size;
		uint64_t events_discarded;
		uint32_t cpu_id;
	};
	event.header := struct { uint8_t id; tick_t timestamp; };
};
"""


def _metadata(timebase):
    text = _HEAD % timebase
    for kind, (name, arg, value) in console.KINDS.items():
        fields = [f"uint64_t {field};" for field in (arg, value) if field]
        if "pid" in (arg, value):
            fields.append("string process;")
        text += f'\nevent {{ name = "{name}"; id = {kind}; stream_id = 0;\n' \
                f'\tfields := struct {{ {" ".join(fields)} }}; }};\n'
    return text


def _event(trace, event):
    _, arg, value = console.KINDS[event.kind]
    data = struct.pack("<BQ", event.kind, event.time)
    for field, number in ((arg, event.arg), (value, event.value)):
        data += struct.pack("<Q", number) if field else b""
    if "pid" in (arg, value):
        pid = event.arg if arg == "pid" else event.value
        data += trace.name(pid).encode() + b"\0"
    return data


def _packet(trace, events, lost):
    data = b"".join(_event(trace, event) for event in events)
    bits = 8 * (_PACKET.size + len(data))
    return _PACKET.pack(_MAGIC, 0, events[0].time, events[-1].time, bits, bits, lost,
                        events[0].cpu) + data


def write(trace, folder):
    """Metadata and streams."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "metadata"), "w", encoding="ascii") as file:
        file.write(_metadata(trace.timebase))
    for cpu, events in trace.events.items():
        with open(os.path.join(folder, f"hart{cpu}"), "wb") as file:
            edges = sorted({0, len(events), *trace.gaps[cpu]})
            lost = 0
            for begin, end in zip(edges, edges[1:]):
                lost += trace.gaps[cpu].get(begin, 0)
                file.write(_packet(trace, events[begin:end], lost))
