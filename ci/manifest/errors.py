# SPDX-License-Identifier: Apache-2.0
"""The mistakes found in a manifest, collected so that all are shown at once."""


class Mistakes:
    def __init__(self):
        self.lines = []

    def add(self, name, where, sentence):
        """name: the mistake's stable name; where: node path, property or file."""
        line = f"manifest error: {name}: {printable(where)}: {printable(sentence)}"
        if line not in self.lines:
            self.lines.append(line)

    def __bool__(self):
        return bool(self.lines)


def printable(text):
    """Names come from files of others: control bytes become \\xNN, as on the console."""
    return "".join(
        c if c.isprintable() else "".join(f"\\x{b:02x}" for b in c.encode("utf-8", "surrogateescape"))
        for c in text
    )


def nearest(word, known):
    """The known word that a mistyped one was probably meant to be, or None."""
    best = min(known, key=lambda k: distance(word, k), default=None)
    if best is None or distance(word, best) > max(2, len(best) // 3):
        return None
    return best


def distance(a, b):
    """How many letters to insert, remove or replace to get from a to b."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(previous + (x != y), row[j] + 1, row[j - 1] + 1)
    return row[-1]
