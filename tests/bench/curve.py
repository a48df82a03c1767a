# SPDX-License-Identifier: Apache-2.0
"""One figure at several sizes: what bench.toml calls a curve, as a table, JSON and SVG."""

import os
import subprocess

import measure
import table

PLOT = """set terminal svg size 640,400
set output '{path}'
set title "{name}: {about}"
set xlabel '{x}'
set ylabel '{unit}'
set logscale x
set xtics ({tics})
set yrange [0:*]
set key bottom right
plot {plots}
"""


def system_of(curve, size):
    return f"{curve['system']}_{size}"


class Curve:
    """A curve of bench.toml; for each number of harts, in their order, its values."""

    def __init__(self, bench, curve):
        self.curve = curve
        self.values = {}
        for harts in [1] if curve.get("harts_are_x") else curve.get("harts", measure.HARTS):
            self.values[harts] = [table.shortest(self.measured(bench, size, harts)) for size in curve["at"]]

    def measured(self, bench, size, harts):
        own = {"name": self.name(size), "system": system_of(self.curve, size)} | \
              {key: self.curve[key] for key in ("pass", "boot", "waits") if key in self.curve}
        return measure.taken(bench, own, self.curve.get("harts_are_x") and size or harts)

    def name(self, size):
        return f"{self.curve['name']}_at_{size}"

    def limit(self, harts):
        """A given one, or so much above the figure at the base."""
        if "limit" in self.curve:
            return self.curve["limit"]
        base = self.values[harts][self.curve["at"].index(self.curve["base"])]
        return table.shortest(base * (1 + self.curve["within"] / 100))

    def late(self, harts):
        """(size, value) of what is above the limit; the sizes up to the base are not judged."""
        judged = list(zip(self.curve["at"], self.values[harts]))
        if "base" in self.curve:
            judged = judged[self.curve["at"].index(self.curve["base"]):]
        return [(size, value) for size, value in judged if value > self.limit(harts)]

    def missed(self):
        for harts in self.values:
            for size, value in self.late(harts):
                yield f"missed: {self.name(size)} is {table.grouped(value)}{with_harts(harts)}, " \
                      f"the limit is {table.grouped(self.limit(harts))} {self.curve['unit']}"

    def figures(self):
        result = {}
        for harts, values in self.values.items():
            for size, value in zip(self.curve["at"], values):
                result[self.name(size) + (f"_{harts}_harts" if harts > 1 else "")] = {
                    "value": value, "unit": self.curve["unit"], "limit": self.limit(harts)}
        return result

    def draw(self, folder):
        tics = ", ".join(f"'{size}' {place}" for place, size in self.places())
        text = ""
        for values in self.values.values():
            text += "".join(f"{place} {value}\n" for (place, _), value in zip(self.places(), values)) + "e\n"
        plots = ", ".join(f"'-' with linespoints title '{harts} hart{'s' * (harts > 1)}'" for harts in self.values)
        path = os.path.join(folder, self.curve["name"] + ".svg")
        script = PLOT.format(path=path, tics=tics, plots=plots,
                             **{key: self.curve[key].replace("_", " ") for key in ("name", "about", "x", "unit")})
        subprocess.run(["gnuplot"], input=script + text, text=True, check=True)
        return path

    def places(self):
        """Where each size stands on the axis; a size may be a word."""
        return [(size if isinstance(size, int) else 2 ** i, size) for i, size in enumerate(self.curve["at"])]


def with_harts(harts):
    return f" with {harts} harts" if harts > 1 else ""


def lines(curves):
    """A table for each row of sizes, a line for each curve and number of harts."""
    for sizes in dict.fromkeys((c.curve["x"], tuple(c.curve["at"])) for c in curves):
        rows = [[sizes[0], "harts", *map(str, sizes[1]), "limit", "unit", ""]]
        for c in curves:
            if (c.curve["x"], tuple(c.curve["at"])) == sizes:
                for harts, values in c.values.items():
                    rows.append([c.curve["name"], "=" if c.curve.get("harts_are_x") else str(harts), *map(table.grouped, values),
                                 table.grouped(c.limit(harts)), c.curve["unit"], "MISSED" if c.late(harts) else "ok"])
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        words = (0, len(widths) - 2, len(widths) - 1)
        for row in rows:
            yield "  ".join(cell.ljust(w) if i in words else cell.rjust(w)
                            for i, (cell, w) in enumerate(zip(row, widths))).rstrip()
        yield ""
