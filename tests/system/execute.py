# SPDX-License-Identifier: Apache-2.0
"""Runs system-test cases, some at a time, and judges what they printed."""

import concurrent.futures
import os
import re
import subprocess

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
SHOWN_LINES = 400  # of a failed case's console


class Failed(Exception):
    pass


def run_all(cases, options):
    """Gives (case, None or what is wrong) for each, in the order in which they end."""
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(run, case, options): case for case in cases}
        for future in concurrent.futures.as_completed(futures):
            yield futures[future], future.result()


def run(case, options):
    case_run = Run(case, options)
    try:
        if case.command:
            case_run.run_command()
        elif case.pack:
            case_run.expect_mistakes()
        else:
            case_run.run_system()
    except Failed as reason:
        return case_run.report(str(reason))
    return None


class Run:
    def __init__(self, case, options):
        self.case = case
        self.options = options
        self.build = os.path.abspath(options.build)
        self.images = os.path.join(self.build, "tests", "images")
        self.command = []
        self.output = ""

    def call(self, command, timeout, typed="", **more):
        """Runs a command; its output is kept for the report. Gives its exit status."""
        self.command = command
        try:
            done = subprocess.run(command, cwd=ROOT, input=typed.encode(), stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=timeout, **more)
        except subprocess.TimeoutExpired as late:
            self.output = (late.stdout or b"").decode("utf-8", "replace")
            raise Failed(f"it had not ended after {timeout} seconds") from None
        self.output = done.stdout.decode("utf-8", "replace")
        return done.returncode

    # --- The three kinds of case

    def run_command(self):
        environment = dict(os.environ, BUILD=self.build, IMAGES=self.images, VARIABLES="\n".join(self.options.set))
        status = self.call(self.case.command, self.case.timeout, env=environment)
        self.judge(status, self.output.splitlines())

    def expect_mistakes(self):
        if self.pack() != 1:
            raise Failed("the manifest was packed although it has mistakes")
        lines = [line for line in self.output.splitlines() if line]
        for pattern in self.case.pack:
            if not any(re.search(pattern, line) for line in lines):
                raise Failed(f"no line matches: {pattern}")
        for line in lines:
            if not any(re.search(pattern, line) for pattern in self.case.pack):
                raise Failed(f"a line that was not expected: {line}")

    def run_system(self):
        if self.pack() != 0:
            raise Failed("the manifest could not be packed")
        image = self.output.strip()
        first = self.boot(image)
        if self.case.differ or self.case.same:
            second = self.boot(image)
            for pattern in self.case.differ:
                if captured(pattern, first) == captured(pattern, second):
                    raise Failed(f"two runs have the same: {pattern}: {captured(pattern, first)}")
            for pattern in self.case.same:
                if not captured(pattern, first):
                    raise Failed(f"no line matches: {pattern}")
                if captured(pattern, first) != captured(pattern, second):
                    raise Failed(f"two runs differ in: {pattern}")

    # --- Their steps

    def pack(self):
        command = ["ci/pack", "--build", self.build, "--images", self.images, "--memory", self.case.mem]
        if not self.case.check:
            command.append("--no-check")
        if self.case.input:
            command.append("--shell")
        return self.call(command + [self.case.manifest or self.write_manifest()], 60)

    def write_manifest(self):
        folder = os.path.join(self.build, "tests", "manifests")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, self.case.name + ".dts")
        text = '/dts-v1/;\n/ {\n\tcompatible = "floe,system";\n' + self.case.root
        if self.case.partitions:
            text += "\npartitions {\n" + self.case.partitions + "\n};"
        text += "\n};\n"
        if not os.path.exists(path) or open(path).read() != text:
            with open(path, "w") as file:
                file.write(text)
        return path

    def boot(self, image):
        """Runs the system once and judges it; gives the console's lines."""
        case = self.case
        settings = [f"BUILD={self.build}", f"ROMFS={image}", f"SMP={case.smp}", f"MEM={case.mem}",
                    f"TIMEOUT={case.timeout}", f"ICOUNT={int(case.icount)}"]
        more = [case.qemu_args]
        for setting in self.options.set:
            if setting.startswith("QEMU_ARGS="):
                more.append(setting.removeprefix("QEMU_ARGS="))
            else:
                settings.append(setting)
        # A counted run is the same every time, if QEMU puts the same seed into the device tree.
        if case.icount and not case.differ and "-seed" not in " ".join(more):
            more.append("-seed 1")
        command = ["ci/shell" if case.input else "ci/qemu"] + settings + ["QEMU_ARGS=" + " ".join(more)]
        status = self.call(command, case.timeout + 30, case.input)
        lines = [line.rstrip("\r") for line in self.output.split("\n")]
        self.judge(status, lines)
        return lines

    def judge(self, status, lines):
        position = 0
        for pattern in self.case.expect:
            while position < len(lines) and not re.search(pattern, lines[position]):
                position += 1
            if position == len(lines):
                raise Failed(f"no line, or none in this order, matches: {pattern}")
            position += 1
        for pattern in self.case.expect_any:
            if not any(re.search(pattern, line) for line in lines):
                raise Failed(f"no line matches: {pattern}")
        for pattern in self.case.forbid:
            for line in lines:
                if re.search(pattern, line):
                    raise Failed(f"a line that must not be there matches {pattern}: {line}")
        if status != self.case.exit:
            raise Failed(f"exit status {status}, expected {self.case.exit}")

    def report(self, reason):
        lines = self.output.splitlines()
        cut = [f"... {len(lines) - SHOWN_LINES} lines before these"] if len(lines) > SHOWN_LINES else []
        shown = "\n".join("    | " + line for line in cut + lines[-SHOWN_LINES:])
        command = " ".join(quoted(word) for word in self.command)
        return f"    {reason}\n{shown}\n    again: make test T={self.case.name}\n    or:    {command}"


def captured(pattern, lines):
    """What the pattern's groups hold in every line that it matches."""
    return [m.groups() for m in (re.search(pattern, line) for line in lines) if m]


def quoted(word):
    return word if re.fullmatch(r"[\w./=:,+-]+", word) else "'" + word.replace("'", "'\\''") + "'"
