# SPDX-License-Identifier: Apache-2.0
"""python3 ci/tracefile CONSOLE FOLDER NAME: converts a saved console with a trace."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from tracefile import chrome, console, ctf, timeline  # pylint: disable=wrong-import-position


def main():
    """Writes trace.json, ctf/ and timeline.svg."""
    source, folder, name = sys.argv[1:]
    try:
        with open(source, encoding="utf-8", errors="replace") as file:
            trace = console.Trace(file)
        chrome.write(trace, os.path.join(folder, "trace.json"))
        ctf.write(trace, os.path.join(folder, "ctf"))
        timeline.write(trace, name, os.path.join(folder, "timeline.svg"))
    except (OSError, ValueError) as error:
        print(f"ci/trace: {error}", file=sys.stderr)
        return 1
    for cpu in sorted(trace.events):
        lost = f", {trace.lost(cpu)} more were not read" if trace.lost(cpu) else ""
        print(f"hart {cpu}: {len(trace.events[cpu])} events{lost}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
