# SPDX-License-Identifier: Apache-2.0
"""What holds in one scene of tests/system/guests/scheduling.c each.

Each function gives what is wrong, as sentences. `exact`: under -icount on one hart,
where a turn also ends in time. The trace has the time of a switch, which is no later
than the one from that the hypervisor counts a turn.
"""

LATE = 1000  # ticks, of 100 instructions each


def _orders(scene, harts, expected, without=None):
    return [f"on hart {hart} the order is {' '.join(scene.order(hart, without))}"
            for hart in harts if scene.order(hart, without) != expected]


def _at_once(scene, hart, high):
    """The next that comes on after its release, beside directors, is the higher one."""
    after = [run for run in scene.parts(hart) if run.begin > high.released]
    if not after or after[0].tid != high.tid and high.runs[0].begin > high.released:
        return [f"{high.name} does not come on hart {hart} at once"]
    return []


def preemption(scene, _exact):
    """Higher before lower before standard ones; who was preempted goes on before his equals."""
    problems = _orders(scene, range(scene.harts),
                       ["standard", "low", "high", "low", "low2", "standard"])
    for high in scene.of_role("high"):
        problems += _at_once(scene, high.hart, high)
    return problems


def far(scene, _exact):
    """The same on the last hart, told by the first."""
    return _orders(scene, [scene.harts - 1],
                   ["standard", "low", "high", "low", "low2", "standard"]) + \
        _at_once(scene, scene.harts - 1, scene.of_role("high")[0])


def fifo(scene, _exact):
    """In the order in which they became ready, each to its end.

    That who wakes meanwhile interrupts none of them holds in general.
    """
    return _orders(scene, range(scene.harts), ["a", "b", "high", "b", "c"], "wakes")


def _turns(scene, hart):
    """[actor, ticks]: how long each ran before another one came, preemptions left out."""
    result = []
    for run in scene.parts(hart):
        actor = scene.actors[run.tid]
        if not result or result[-1][0] != actor:
            result.append([actor, 0])
        result[-1][1] += run.end - run.begin
    return result


def _in_turns(scene, hart, expected, exact):
    """Roles with the least time of each turn: the first ones, which nobody cut short."""
    found = _turns(scene, hart)[:len(expected)]
    roles = [actor.role for actor, _ in found]
    if roles != [role for role, _ in expected]:
        return [f"on hart {hart} the turns are {' '.join(roles)}"]
    problems = []
    for i, ((actor, ticks), (_, least)) in enumerate(zip(found, expected)):
        where = f"turn {i} on hart {hart}, of {actor.name}, takes {ticks} ticks"
        if ticks < least:
            problems.append(f"{where}, less than {least}")
        if exact and ticks > least + LATE:
            problems.append(f"{where}, more than {least}")
    return problems


def rr(scene, exact):
    """Equals come in turns, each for its interval."""
    problems = []
    for hart in range(scene.harts):
        rotation = [(role, scene.of_role(role, hart)[0].interval) for role in ("a", "b", "c")]
        problems += _in_turns(scene, hart, rotation * 4, exact)
    return problems


def standard(scene, exact):
    """Longer quanta, and more of them, for a higher priority."""
    ms = scene.timebase // 1000
    rotation = [("low", 1 * ms), ("middle", 5 * ms), ("high", 9 * ms), ("middle", 5 * ms),
                ("high", 2 * 9 * ms)]
    problems = []
    for hart in range(scene.harts):
        problems += _in_turns(scene, hart, rotation * 2, exact)
    return problems


def affinity(scene, _exact):
    """It goes where it is sent, one hart after the other, and so do those that wait."""
    runs = scene.of_role("runs")[0]
    expected = [mask.bit_length() - 1 for mask in (a.mask for _, _, a in runs.changes)]
    problems = []
    if _harts(runs) != _collapsed(expected):
        problems.append(f"{runs.name} was on {_harts(runs)}, sent to {expected}")
    for waits in scene.of_role("waits"):
        to = waits.changes[-1][2].mask.bit_length() - 1
        if _harts(waits) != [to]:
            problems.append(f"{waits.name} was on {_harts(waits)}, sent to {to}")
    return problems


def _collapsed(values):
    return [value for i, value in enumerate(values) if not i or value != values[i - 1]]


def _harts(actor):
    return _collapsed([run.hart for run in actor.runs])


def migration(scene, _exact):
    """From a hart that is taken away to the other one, and to one that gets free."""
    last = scene.harts - 1
    expected = {"goes": [last, 0], "stays": [last], "first": [0], "taken": [0]}
    problems = []
    for role, harts in expected.items():
        actor = scene.of_role(role)[0]
        if _harts(actor) != _collapsed(harts):
            problems.append(f"{actor.name} was on {_harts(actor)}, expected {harts}")
    return problems


def mix(_scene, _exact):
    """Only what holds in general."""
    return []


def spread(scene, _exact):
    """Each hart has had one."""
    return [f"nobody was on hart {hart}" for hart in range(scene.harts) if not scene.parts(hart)]


OF_SCENE = {scene.__name__: scene for scene in
            (preemption, fifo, rr, standard, far, affinity, migration, mix, spread)}
