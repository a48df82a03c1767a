# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmark's systems and takes the numbers from what they leave."""

import contextlib
import os
import re
import subprocess
import tempfile

import execlog

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
HARTS = (1, 4)  # numbers of harts that everything is measured with
SECONDS = 600  # that a system may take
# QEMU lets a hart go on until one of these buffers for packets that never come looks again, each
# after as many us, of 125 instructions. With some builds and some choices it leaves a hart out
# for good, and the system stands still: then the next ones are tried.
TURNS = ((3, 5), (3, 7), (5, 8), (2, 3), (2, 3, 5), (2,))
SECONDS_FOR_TURNS = 60  # instead of SECONDS
SHOWN_LINES = 20  # of a run that failed
FIGURE = re.compile(r"^(?:\[\w+\] )?bench: (\w+) (\d+) / (\d+)\r?$", re.MULTILINE)
INSTRET = re.compile(r"^(?:\[\w+\] )?bench: instret (\d+)\r?$", re.MULTILINE)


class Broken(Exception):
    """Something could not be measured at all."""


class NotEnded(Broken):
    """A system was stopped when its time was over."""


class Bench:
    def __init__(self, options, systems):
        self.options = options
        self.systems = systems
        self.folder = os.path.join(os.path.abspath(options.build), "bench")
        self.elf = os.path.join(options.build, "hyp", "floe.elf")

    def file(self, name, harts, kind):
        return os.path.join(self.folder, f"{name}-{harts}.{kind}")

    def symbols(self):
        return execlog.Symbols(self.elf, self.options.cross, self.load_address())

    def load_address(self):
        script = '. ci/lib.sh && parse_variables "$@" && platform_load_address'
        said = self.call(["bash", "-c", script, "bench", *self.options.set])
        return int(said, 16)

    def call(self, command, **more):
        try:
            done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                  errors="replace", timeout=SECONDS, **more)
        except subprocess.TimeoutExpired:
            raise Broken(f"not ended after {SECONDS} seconds: {' '.join(command)}") from None
        if done.returncode == 124 and command[0] == "ci/qemu":
            raise NotEnded(f"stopped when its time was over: {' '.join(command)}")
        if done.returncode:
            said = "\n".join(done.stdout.splitlines()[-SHOWN_LINES:])
            raise Broken(f"exit status {done.returncode}: {' '.join(command)}\n{said}")
        return done.stdout

    # --- Running a system

    def run(self, name, harts):
        """Boots it; leaves its console, and where it says so the log, in the folder."""
        system = self.systems[name]
        arguments = system.get("qemu_args", "")
        if "first.elf" in arguments:
            self.make_first_program()
        if "first.elf" in arguments and not system.get("log"):
            self.save(name, harts, "entry", self.boot(name, harts, f"{arguments} -kernel {self.folder}/entry.bin"))
        if system.get("log"):
            self.log(name, harts)
        else:
            self.save(name, harts, "console", self.boot(name, harts, arguments))

    def log(self, name, harts):
        """Leaves QEMU's log of every instruction in the hypervisor."""
        log = self.systems[name]["log"]
        log = f"{self.one_at_a_time()} {self.symbols().arguments([] if log is True else log)} -D {self.file(name, harts, 'log')}"
        arguments = f"{self.systems[name].get('qemu_args', '')} {log}"
        if self.systems[name].get("turns"):
            self.boot_in_turns(name, harts, arguments)
        else:
            self.boot(name, harts, arguments)

    def boot_in_turns(self, name, harts, arguments):
        """Boots it with the first of TURNS with which it does not stand still."""
        arguments += " -icount shift=3,sleep=off -netdev hubport,id=m,hubid=0 -netdev hubport,id=n,hubid=1,netdev=m"
        for turns in TURNS:
            buffers = " ".join(f"-object filter-buffer,id=f{us},netdev=n,interval={us}" for us in turns)
            with contextlib.suppress(NotEnded):
                return self.boot(name, harts, f"{arguments} {buffers}", SECONDS_FOR_TURNS)
        raise NotEnded(f"the system {name} stands still with {harts} harts, whatever turns they take")

    @contextlib.contextmanager
    def live_log(self, name, harts):
        """The same log while the system runs, as a file to read; the system ends with that."""
        with tempfile.TemporaryDirectory() as folder:
            pipe = os.path.join(folder, "log")
            os.mkfifo(pipe)
            command = self.boot_command(name, harts, f"{self.systems[name].get('qemu_args', '')} "
                                                     f"{self.one_at_a_time()} {self.symbols().arguments()} -D {pipe}")
            qemu = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
            try:
                with open(pipe, encoding="ascii", errors="replace") as log:
                    yield log
            finally:
                qemu.terminate()
                qemu.wait()

    def boot(self, name, harts, arguments, seconds=SECONDS):
        return self.call(self.boot_command(name, harts, arguments, seconds))

    def boot_command(self, name, harts, arguments, seconds=SECONDS):
        settings, more = [], []
        for setting in self.options.set:
            key, _, value = setting.partition("=")
            (more if key == "QEMU_ARGS" else settings).append(value if key == "QEMU_ARGS" else setting)
        # A seed, or the device tree has another one each time. QEMU does not take two.
        seed = [] if any("-seed" in each for each in more) else ["-seed 1"]
        more = [*seed, *more, arguments]
        return ["ci/qemu", f"BUILD={os.path.abspath(self.options.build)}", f"ROMFS={self.pack(name)}", f"SMP={harts}",
                "ICOUNT=1", f"MEM={self.systems[name].get('mem', '256M')}", f"TIMEOUT={seconds}", *settings, "QEMU_ARGS=" + " ".join(more)]

    def pack(self, name):
        system = self.systems[name]
        path = os.path.join(self.folder, name + ".dts")
        text = (f'/dts-v1/;\n/ {{\ncompatible = "floe,system";\n{system.get("root", "")}\n'
                f'partitions {{\n{system.get("partitions", "")}\n}};\n}};\n')
        if not os.path.exists(path) or open(path).read() != text:
            with open(path, "w", encoding="ascii") as file:
                file.write(text)
        return self.call(["ci/pack", "--build", self.options.build, "--images", os.path.join(self.folder, "images"),
                          path]).strip()

    def make_first_program(self):
        """A copy of init that ends at its entry: to the hypervisor it is the same work."""
        elf = os.path.join(self.options.build, "images", "init.elf")
        data = bytearray(open(elf, "rb").read())
        code = open(os.path.join(self.folder, "entry.bin"), "rb").read()
        offset = self.entry_offset(elf)
        data[offset:offset + len(code)] = code
        # At once: another system may be packed with it just now.
        path = os.path.join(self.folder, "images", "first.elf")
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            file.write(data)
        os.replace(file.name, path)

    def entry_offset(self, elf):
        """Where in the file the program's first instruction is."""
        said = self.call([self.options.cross + "readelf", "-hlW", elf])
        entry = int(re.search(r"Entry point address:\s+(\w+)", said)[1], 16)
        for offset, address, size in re.findall(r"^\s+LOAD\s+(\w+)\s+(\w+)\s+\w+\s+(\w+)", said, re.MULTILINE):
            if int(address, 16) <= entry < int(address, 16) + int(size, 16):
                return entry - int(address, 16) + int(offset, 16)
        raise Broken(f"{elf} has no segment with its entry")

    def one_at_a_time(self):
        """QEMU's option for blocks of one instruction, which changed its name."""
        variables = dict(s.split("=", 1) for s in self.options.set)
        said = self.call([variables.get("QEMU", "qemu-system-riscv64"), "--version"])
        major, minor = (int(n) for n in re.search(r"version (\d+)\.(\d+)", said).groups())
        return "-singlestep" if (major, minor) < (8, 1) else "-accel tcg,one-insn-per-tb=on"

    # --- What a run has left

    def save(self, name, harts, kind, text):
        with open(self.file(name, harts, kind), "w", encoding="utf-8") as file:
            file.write(text)

    def opened(self, name, harts, kind):
        try:
            return open(self.file(name, harts, kind), encoding="utf-8", errors="replace")
        except FileNotFoundError:
            raise Broken(f"{self.file(name, harts, kind)} is not there: the system {name} was not run") from None

    def said(self, name, harts, kind):
        with self.opened(name, harts, kind) as file:
            return file.read()


def values(bench, measure):
    """The number of each run, in the order of HARTS; one number where harts don't matter."""
    if "command" in measure:
        return [int(bench.call([*measure["command"]], env=dict(os.environ, BUILD=bench.options.build,
                                                               CROSS_COMPILE=bench.options.cross)))]
    return [taken(bench, measure, harts) for harts in (HARTS[:1] if measure.get("one_hart") else HARTS)]


def taken(bench, measure, harts):
    """The number of one run."""
    take = longest_pass if "pass" in measure else since_entry if measure.get("since_entry") else \
        boot_pass if measure.get("boot") else waiting if "waits" in measure else printed
    return take(bench, measure, harts)


def printed(bench, measure, harts):
    for name, total, count in FIGURE.findall(bench.said(measure["system"], harts, "console")):
        if name == measure["name"]:
            beside = bench.symbols().image_bytes + measure["and_image"] if "and_image" in measure else 0
            return int(total) / int(count) + beside
    raise Broken(f"the system {measure['system']} has not printed {measure['name']}")


def since_entry(bench, measure, harts):
    found = [INSTRET.search(bench.said(measure["system"], harts, kind)) for kind in ("console", "entry")]
    if not all(found):
        raise Broken(f"the system {measure['system']} has not printed when it was started")
    return int(found[0][1]) - int(found[1][1])


def longest_pass(bench, measure, harts):
    symbols, wanted = bench.symbols(), measure["pass"]
    through, until = symbols.address(wanted["through"]), symbols.address(wanted["until"])
    with bench.opened(measure["system"], harts, "log") as log:
        counts = [p.until(until).count() for p in execlog.passes(log, symbols)
                  if p.goes_through(through)]
    if not counts:
        raise Broken(f"in the system {measure['system']} nothing goes through {wanted['through']}")
    return max(counts)


def boot_pass(bench, measure, harts):
    return boot_path(bench, measure["system"], harts).count()


def boot_path(bench, system, harts):
    """What the boot hart executes in the hypervisor before its first guest."""
    symbols = bench.symbols()
    with bench.opened(system, harts, "log") as log:
        return next(p for p in execlog.passes(log, symbols) if p.pcs[0] == symbols.start)


def waiting(bench, measure, harts):
    """Instructions in the function that waits for the lock, for each of the calls."""
    symbols = bench.symbols()
    first, end = symbols.span(measure["waits"]["within"])
    call, waited, calls, seen = symbols.address(measure["waits"]["each"]), 0, 0, 0
    with bench.opened(measure["system"], harts, "log") as log:
        for _, pc in execlog.executed(log):
            seen += first <= pc < end
            if pc == call:
                # What comes before the first call and after the last is not theirs.
                waited += seen if calls else 0
                calls, seen = calls + 1, 0
    if not calls:
        raise Broken(f"in the system {measure['system']} nobody calls {measure['waits']['each']}")
    return waited / calls
