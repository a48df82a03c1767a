# SPDX-License-Identifier: Apache-2.0
"""A picture of partitions over harts, drawn by gnuplot."""

import subprocess

# Lanes in one picture; the partitions that ran longest are shown.
_LANES = 40

_SCRIPT = """set terminal svg size 1200,{height} font "sans,12" background "white"
set output {output}
set title {title} noenhanced
set xlabel "milliseconds since the first event"
set xrange [0:{end}]
set yrange [{top}:-0.7]
set ytics ({tics}) noenhanced
set grid x
set key outside bottom center horizontal
set style fill solid 1.0 noborder
{data}
plot {plots}
"""


def _quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lanes(trace):
    """(cpu, pid) of each lane, by hart and then by when they first ran."""
    spent, first = {}, {}
    for cpu in trace.events:
        for begin, end, pid, _ in trace.runs(cpu):
            spent[cpu, pid] = spent.get((cpu, pid), 0) + end - begin
            first.setdefault((cpu, pid), begin)
    longest = sorted(spent, key=spent.get, reverse=True)[:_LANES]
    return sorted(longest, key=lambda lane: (lane[0], first[lane]))


def script(trace, title, path):
    """What gnuplot is told."""
    scale, zero = 1e3 / trace.timebase, trace.start()
    lanes = {lane: i for i, lane in enumerate(_lanes(trace))}
    data, plots, end = "", [], 0
    for cpu in sorted(trace.events):
        rows = []
        for begin, stop, pid, _ in trace.runs(cpu):
            end = max(end, (stop - zero) * scale)
            if (cpu, pid) in lanes:
                lane = lanes[cpu, pid]
                left, right = (begin - zero) * scale, (stop - zero) * scale
                rows.append(f"{(left + right) / 2} {lane} {left} {right} {lane - 0.35} {lane + 0.35}")
        if rows:
            data += f"$hart{cpu} << EOD\n" + "\n".join(rows) + "\nEOD\n"
            plots.append(f'$hart{cpu} using 1:2:3:4:5:6 with boxxyerror title "hart {cpu}"')
    for kind, name, shape in ((9, "frozen", 2), (10, "ended", 7)):
        rows = [f"{(event.time - zero) * scale} {lane}"
                for events in trace.events.values() for event in events if event.kind == kind
                for (_, pid), lane in lanes.items() if pid == event.arg]
        if rows:
            data += f"${name} << EOD\n" + "\n".join(rows) + "\nEOD\n"
            plots.append(f'${name} using 1:2 with points pt {shape} ps 0.8 lc rgb "black" '
                         f'title "{name}"')
    tics = ", ".join(f"{_quoted(f'{trace.name(pid)}, hart {cpu}')} {lane}"
                     for (cpu, pid), lane in lanes.items())
    return _SCRIPT.format(height=160 + 24 * len(lanes), output=_quoted(path), title=_quoted(title),
                          end=end or 1, top=len(lanes) - 0.3, tics=tics, data=data,
                          plots=", \\\n     ".join(plots) or "NaN notitle")


def write(trace, title, path):
    """Draws the picture."""
    subprocess.run(["gnuplot"], input=script(trace, title, path), text=True, check=True)
