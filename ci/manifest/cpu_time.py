# SPDX-License-Identifier: Apache-2.0
"""Can what a manifest promises of CPUs' time be kept? guest/init/cpu_time.c at build time.

Which CPUs the machine has is not known here, so it is taken to have all that there can be:
what is too much for that one is too much for each. init judges the real one.
"""

PERIODS = 100, 10000000  # microseconds
WHOLE = 1000000  # a CPU
GUARANTEE = 1000, 10000  # microseconds, of each so many
CPUS = frozenset(range(64))
PLACES = 128  # that are looked at for what several promises are together


def promise(found):
    """The budget and its period that a partition has, or is guaranteed."""
    if "cpu-budget" in found:
        return found["cpu-budget"]
    soft = "inspect" in found and found.get("policy", "standard") == "standard"
    return GUARANTEE if soft else (0, 1)


def share(budget, period):
    """Of a CPU's time, in millionths, rounded up."""
    return -(-budget * WHOLE // period)


def check_budget(where, found, mistakes):
    """Whether it is a budget, and not more than the partition's CPUs have."""
    budget, period = found["cpu-budget"]
    cpus = len(set(found.get("cpus", CPUS)))
    shortest, longest = PERIODS
    if not shortest <= period <= longest:
        sentence = f"{period} us is no period of a budget; write {shortest} to {longest} us"
        mistakes.add("bad-cpu-budget", where, sentence)
    elif budget > period * cpus:
        sentence = (
            f"{budget} us of each {period} us is more than the {cpus} CPU{'s' * (cpus > 1)} that it "
            "may run on give; write less"
        )
        mistakes.add("bad-cpu-budget", where, sentence)


class Promises:
    """All of them, of a manifest without other mistakes."""

    def __init__(self, partitions, schedule, mistakes):
        self.partitions = partitions  # name -> values
        self.frame = schedule.frame if schedule else 1
        self.windows = schedule.windows if schedule else []
        self.mistakes = mistakes

    def place(self, found):
        """Where and when it may run: CPUs, outside of windows, or indexes of windows."""
        cpus = frozenset(found.get("cpus", CPUS))
        if "windows" not in found:
            return cpus, frozenset()
        return frozenset(), frozenset(i for i in found["windows"] if self.windows[i].cpu in cpus)

    def room(self, cpus, windows):
        """Microseconds that there are at that place in each major frame."""
        times = [window.end - window.start for window in self.windows]
        outside = len(cpus) * self.frame
        outside -= sum(time for w, time in zip(self.windows, times) if w.cpu in cpus)
        return outside + sum(times[index] for index in windows)

    def promised(self, cpus, windows):
        """In millionths of a CPU, to those that can run at that place only; init may anywhere."""
        total = share(*GUARANTEE) if CPUS <= cpus else 0
        return total + sum(share(*promise(self.partitions[name])) for name in self.promised_to(cpus, windows))

    def promised_to(self, cpus, windows):
        """Names of those whom something is promised, and that can run at that place only."""
        for name, found in self.partitions.items():
            own_cpus, own_windows = self.place(found)
            if share(*promise(found)) and own_cpus <= cpus and own_windows <= windows:
                yield name

    def check(self):
        before = len(self.mistakes.lines)
        for name, found in self.partitions.items():
            if "windows" not in found and not self.room(*self.place(found)):
                sentence = (
                    "it runs outside of windows only, and these CPUs have nothing else; write "
                    "another CPU, or name it in a window"
                )
                self.mistakes.add("never-runs", f"/partitions/{name}/cpus", sentence)
                return
        seen = []
        for name, found in self.partitions.items():
            if "cpu-budget" in found:
                self.check_room(f"/partitions/{name}/cpu-budget", found, self.place(found) in seen)
                seen.append(self.place(found))
        if len(self.mistakes.lines) == before:
            self.check_sums()

    def places(self):
        """Where somebody is promised time, and what such places that share some are together."""
        promised = (found for found in self.partitions.values() if share(*promise(found)))
        places = list(dict.fromkeys([*map(self.place, promised), (CPUS, frozenset())]))
        for i, (cpus, windows) in enumerate(places):
            for other_cpus, other_windows in places[:i]:
                union = cpus | other_cpus, windows | other_windows
                shared = cpus & other_cpus or windows & other_windows
                if shared and union not in places and len(places) < PLACES:
                    places.append(union)
        return places

    def check_sums(self):
        """Whether all promises can be kept at once."""
        for cpus, windows in self.places():
            total, there = self.promised(cpus, windows), -(-self.room(cpus, windows) * WHOLE // self.frame)
            names = list(self.promised_to(cpus, windows))
            # init by itself is judged when it boots.
            if total <= there or not names:
                continue
            sentence = (
                f"{percent(total + 999)} % of a CPU are promised to {', '.join(names)}, with what "
                f"init and inspect are guaranteed, and there are {percent(there)} % where they may "
                "run; write less"
            )
            self.mistakes.add("too-much-cpu", "/partitions", sentence)
            return

    def check_room(self, where, found, seen):
        """Whether there is room for a budget, and for all else that is promised where it runs.

        What is too much for a place is said once, of the first budget there.
        """
        budget, period = found["cpu-budget"]
        place = self.place(found)
        time, total = self.room(*place), self.promised(*place)
        there = -(-time * WHOLE // self.frame)
        if "windows" in found and budget * self.frame > time * period:
            sentence = (
                f"{budget} us of each {period} us is more than its windows have, {time} us of "
                f"each {self.frame} us; write less"
            )
            self.mistakes.add("bad-cpu-budget", where, sentence)
        elif total > there and not seen:
            sentence = (
                f"{percent(total + 999)} % of a CPU are promised where it may run, with what init "
                f"and inspect are guaranteed, and there are {percent(there)} %; write less"
            )
            self.mistakes.add("too-much-cpu", where, sentence)


def percent(millionths):
    return f"{millionths // 10000}.{millionths // 1000 % 10}"
