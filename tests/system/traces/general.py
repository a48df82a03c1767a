# SPDX-License-Identifier: Apache-2.0
"""What holds in every scene.

Everything that the trace shows happened with the hypervisor's lock held, so times of
different harts can be compared; but in one tick several things happen, and then
nothing is said about their order.
"""

from scene import FIFO, OTHER

GRANTED = 100  # above all priorities


def check(scene):
    """What is wrong, as sentences."""
    if scene.lost:
        return [f"{scene.lost} events were lost"]
    problems = []
    for actor in scene.actors.values():
        problems += _one_hart(actor) + _affinity(actor) + _keeps(scene, actor)
        if not actor.runs:
            problems.append(f"{actor.name} never ran")
        elif not actor.runs[-1].waits:
            problems.append(f"{actor.name} did not run to its end")
    waiting = sorted((begin, end, actor) for actor in scene.actors.values()
                     for begin, end in actor.waiting())
    for hart in range(scene.harts):
        for run in scene.runs[hart]:
            problems += _best(scene, run, waiting)
        for time in scene.idle[hart]:
            problems += _busy(hart, time, waiting)
    return problems


def _one_hart(actor):
    """A thread is never on two harts."""
    return [f"{actor.name} is on hart {two.hart} at {two.begin}, and on hart {one.hart} until {one.end}"
            for one, two in zip(actor.runs, actor.runs[1:])
            if two.begin < one.end and two.hart != one.hart]


def _affinity(actor):
    """A thread never comes on a hart that it may not run on."""
    problems = []
    for run in actor.runs:
        attributes = actor.at(run.begin)
        if attributes and not attributes.mask >> run.hart & 1:
            problems.append(f"{actor.name} comes on hart {run.hart} at {run.begin}, but its mask is"
                            f" {attributes.mask:#x}")
    return problems


def _keeps(scene, actor):
    """Who of class FIFO is preempted goes on before those that are no more important."""
    problems = []
    for one, two in zip(actor.runs, actor.runs[1:]):
        attributes = actor.at(one.end)
        if one.waits or one.hart != two.hart or not attributes or attributes.policy != FIFO or \
                attributes != actor.at(two.begin):
            continue
        # Who was changed goes behind his equals, as soon as his hart hears of it.
        if any(after >= one.begin and before <= one.end for before, after, _ in actor.changes):
            continue
        for run in scene.runs[one.hart]:
            rank = _rank_of(scene, run, run.begin) if run.tid != actor.tid else None
            if one.end <= run.begin < two.begin and rank is not None and \
                    rank <= _rank(attributes):
                problems.append(f"thread {run.tid} comes on hart {one.hart} at {run.begin} and"
                                f" interrupts {actor.name}")
    return problems


def _rank(attributes):
    return -1 if attributes.policy == OTHER else attributes.priority


def _rank_of(scene, run, time):
    """Of who runs; other threads of this system are standard ones. None: not known.

    Init's first millisecond in ten is promised to it.
    """
    if run and run.granted:
        return GRANTED
    if not run or run.tid not in scene.actors:
        return -1
    attributes = scene.actors[run.tid].at(time)
    return _rank(attributes) if attributes else None


def _wanting(waiting, time):
    for begin, end, actor in waiting:
        if begin >= time:
            return
        attributes = actor.at(time)
        # It must not have changed while it waits: something is being done about that.
        if end > time and attributes and actor.at(begin) == attributes:
            yield actor, attributes


def _best(scene, run, waiting):
    """Nobody comes on while one waits who is more important and may run there.

    Unless that one is being handed over: another hart does something less important
    or nothing, and was interrupted.
    """
    problems = []
    rank = _rank_of(scene, run, run.begin)
    for actor, attributes in _wanting(waiting, run.begin):
        if rank is None or _rank(attributes) <= rank or not attributes.mask >> run.hart & 1:
            continue
        others = [_rank_of(scene, scene.run_at(hart, run.begin), run.begin)
                  for hart in range(scene.harts) if hart != run.hart and attributes.mask >> hart & 1]
        if all(other is not None and other >= _rank(attributes) for other in others):
            problems.append(f"thread {run.tid} comes on hart {run.hart} at {run.begin} while"
                            f" {actor.name} waits")
    return problems


def _busy(hart, time, waiting):
    """No hart finds nothing to do while somebody waits who may run there."""
    return [f"hart {hart} is idle at {time} while {actor.name} waits"
            for actor, attributes in _wanting(waiting, time) if attributes.mask >> hart & 1]
