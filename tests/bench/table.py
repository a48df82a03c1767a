# SPDX-License-Identifier: Apache-2.0
"""What the benchmark has found, as a table and as JSON."""

PEERS = ("Bao", "PRTOS", "Xvisor", "KVM", "OpenSBI")


class Result:
    """A measure of bench.toml with the number of each run: one hart first."""

    def __init__(self, measure, values):
        self.measure = measure
        self.values = [shortest(v) for v in values]

    def missed(self):
        return any(v > self.measure["limit"] for v in self.values)

    def figures(self):
        """For bench.json: the figure of one hart, and that of four where it was measured."""
        names = (self.measure["name"], self.measure["name"] + "_4_harts")
        return {name: {"value": value, "unit": self.measure["unit"], "limit": self.measure["limit"]}
                for name, value in zip(names, self.values)}

    def row(self):
        cells = [self.measure["name"]] + [grouped(v) for v in self.values]
        cells += [""] * (3 - len(cells))
        cells += [grouped(self.measure["limit"]), self.measure["unit"], "MISSED" if self.missed() else "ok"]
        return cells + [grouped(self.measure.get("peers", {}).get(p, "-")) for p in PEERS]


def shortest(value):
    """Two decimals at most, and no fraction where there is none."""
    value = round(value, 2)
    return int(value) if value == int(value) else value


def grouped(value):
    return value if isinstance(value, str) else f"{value:,}"


def lines(results):
    """The table, and a sentence for each limit that is missed."""
    head = ["measure", "1 hart", "4 harts", "limit", "unit", "", *PEERS]
    rows = [head] + [r.row() for r in results]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        yield "  ".join(pad(cell, width, i) for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
    yield ""
    late = [r for r in results if r.missed()]
    for result in late:
        yield f"missed: {result.measure['name']} is {grouped(max(result.values))}, " \
              f"the limit is {grouped(result.measure['limit'])} {result.measure['unit']}"
    yield f"{len(results) - len(late)} of {len(results)} limits are kept"


def pad(cell, width, column):
    words = column in (0, 4, 5)
    return cell.ljust(width) if words else cell.rjust(width)
