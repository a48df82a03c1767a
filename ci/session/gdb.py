# SPDX-License-Identifier: Apache-2.0
"""gdb.py PARTITION FOLDERS GDB GDB-ARGUMENT... -- COMMAND...: see ci/gdb.

FOLDERS, between colons, are where images are looked up.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from session.machine import Machine  # pylint: disable=wrong-import-position

PROMPT = b"floe> "
ENDING = 10  # seconds that a machine has to power off


class Failed(Exception):
    """With a sentence for the user."""


class Session:
    """A machine with the shell, whose console is shown until gdb has it."""

    def __init__(self, command):
        self.machine = Machine(command, os.devnull)
        self.heard = b""

    def wait_for(self, pattern):
        """Waits until the console says that, and forgets what came before."""
        while not (match := re.search(pattern, self.heard)):
            part = self.machine.read()
            if not part:
                raise Failed("the system has ended")
            sys.stderr.buffer.write(part)
            sys.stderr.buffer.flush()
            self.heard += part.replace(b"\r", b"")
        self.heard = self.heard[match.end() :]
        return match

    def freeze(self, partition):
        """Waits until the partition has frozen, has the shell serve gdb, and names the image."""
        name = re.escape(partition.encode())
        self.wait_for(re.escape(PROMPT))
        self.machine.type(b"wait " + partition.encode() + b"\n")
        match = self.wait_for(rb"\n(?:wait: (?P<wrong>.*)|(?:" + name + rb" \(pid \d+\)|\S.* \(pid " +
                              name + rb"\)): (?P<state>.*))\n")
        if match["wrong"]:
            raise Failed(match["wrong"].decode(errors="replace"))
        if match["state"] != b"frozen":
            raise Failed(f"{partition} is {match['state'].decode(errors='replace')}, not frozen; "
                         'on-exception = "freeze" in the manifest lets it freeze')
        self.machine.type(b"gdb " + partition.encode() + b"\n")
        match = self.wait_for(rb"\n(?:gdb: (?P<wrong>.*)\n|gdb may connect .* symbols of (?P<image>.*);)")
        if match["wrong"]:
            raise Failed(match["wrong"].decode(errors="replace"))
        self.wait_for(rb"Ctrl-C\n")
        return match["image"].decode()

    def relay(self, connection):
        """Everything that gdb and the shell say to each other."""
        def to_machine():
            while data := connection.recv(65536):
                self.machine.type(data)

        threading.Thread(target=to_machine, daemon=True).start()
        while part := self.machine.read():
            try:
                connection.sendall(part)
            except OSError:
                pass  # gdb has gone; the machine goes on writing

    def end(self):
        """Leaves gdb's protocol, where it is still spoken, and powers off."""
        self.machine.type(b"\x03\x03\x03")
        for _ in range(2 * ENDING):
            try:
                self.machine.type(b"\npoweroff\n")  # the shell may not listen yet
                self.machine.child.wait(0.5)
                return
            except subprocess.TimeoutExpired:
                pass
        self.machine.child.terminate()


def find_image(name, folders):
    """The ELF file of that name, in a list; an empty one where there is none."""
    paths = [os.path.join(folder, name) for folder in folders.split(":") if folder and name]
    return list(filter(os.path.isfile, paths))[:1]


def debug(session, partition, folders, gdb):
    """Runs gdb; its exit status."""
    image = find_image(session.freeze(partition), folders)
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as listener:
        path = os.path.join(folder, "line")
        listener.bind(path)
        listener.listen()
        threading.Thread(target=lambda: session.relay(listener.accept()[0]), daemon=True).start()
        # Ctrl-C is gdb's.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # A machine that the host lets wait answers late, and gdb takes the answer to a packet
        # that it has sent again for that to the next one.
        return subprocess.run([gdb[0], "-q", *image, "-ex", "set remotetimeout 60",
                               "-ex", f"target remote {path}", *gdb[1:]],
                              check=False,
                              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)).returncode


def main():
    """Arguments: see above."""
    partition, folders, *rest = sys.argv[1:]
    gdb, command = rest[: rest.index("--")], rest[rest.index("--") + 1 :]
    session = Session(command)
    try:
        return debug(session, partition, folders, gdb)
    except Failed as failure:
        print(f"\nci/gdb: {failure}", file=sys.stderr)
        return 1
    finally:
        session.end()


if __name__ == "__main__":
    sys.exit(main())
