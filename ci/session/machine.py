# SPDX-License-Identifier: Apache-2.0
"""A machine whose console is this program's: what it says, and what is typed.

A file that the inspection shell sends (ZMODEM) is received on the way, by lrzsz's
rz, and does not show.
"""

import os
import select
import subprocess
import sys

# How a sender begins: the header ZRQINIT in hexadecimal.
_BEGIN = b"**\x18B00"
_ANNOUNCED = b"rz\r"
_END = b"OO"


class Machine:
    """COMMAND runs it, with the console on standard input and output."""

    def __init__(self, command, cores):
        # pylint: disable=consider-using-with
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.cores = cores
        self.receiving = False
        self._held = b""  # a line's first bytes, which may be the first of a file
        self._line_begins = True
        self._first = None  # what has come of a file that is to be received next

    def type(self, data):
        """Types bytes; a machine that has ended does not mind."""
        try:
            self.child.stdin.write(data)
            self.child.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def read(self):
        """What the console says next; nothing at its end."""
        if self._first is not None:
            first, self._first = self._first, None
            return self._receive(first) or self.read()
        data = self._read_some()
        if not data:
            held, self._held = self._held, b""
            return held
        data = self._held + data
        shown, begin, first = data.rpartition(_BEGIN)
        if begin:
            self._first = first
            shown = shown.removesuffix(_ANNOUNCED)  # before what is said of the file
        else:
            shown, newline, line = data.rpartition(b"\n")
            shown += newline
            if not (newline or self._line_begins) or not (_ANNOUNCED + _BEGIN).startswith(line):
                shown, line = data, b""
        self._held = b"" if begin else line
        if shown:
            self._line_begins = shown.endswith(b"\n")
        return shown or self.read()

    def _read_some(self):
        return os.read(self.child.stdout.fileno(), 65536)

    def _receive(self, first):
        """Lets rz take a file; gives what the console said behind it."""
        os.makedirs(self.cores, exist_ok=True)
        before = set(os.listdir(self.cores))
        self.receiving = True
        try:
            rz = subprocess.Popen(["rz", "--binary", "--overwrite", "--quiet"], cwd=self.cores,
                                  stdin=subprocess.PIPE, stdout=self.child.stdin)
        except OSError as error:
            self.type(b"\x18" * 5)
            self.receiving = False
            return f"\nrz cannot be started: {error.strerror}; install lrzsz".encode()
        last = self._feed(rz, first)
        rz.stdin.close()
        self.receiving = False
        if rz.wait() == 0:
            new = sorted(set(os.listdir(self.cores)) - before) or ["the file, in place of an older one,"]
            print(f"\nreceived {', '.join(new)} in {self.cores}\r", file=sys.stderr)
        return last.partition(_END)[2] if _END in last else last

    def _feed(self, rz, data):
        """Gives rz what the machine says until rz ends, and gives the last of it."""
        os.set_blocking(rz.stdin.fileno(), True)
        while rz.poll() is None:
            try:
                rz.stdin.write(data)
                rz.stdin.flush()
            except BrokenPipeError:
                break
            if select.select([self.child.stdout], [], [], 0.05)[0]:
                data = self._read_some()
                if not data:
                    break
            else:
                data = b""
        return data
