// SPDX-License-Identifier: Apache-2.0
/*
 * Time windows, judged by the trace. Partitions of this image by their first argument:
 * "spin" with a FIFO thread on each hart that never gives way and has no window, "load"
 * that always wants to run, "bursts" that sleeps and runs, and "judge", whose further
 * arguments are the schedule: FRAME, and for each window CPU:START:DURATION:NAME,NAME...
 * in microseconds. It notes who ran when for some time, ends the others and judges
 *
 *   - in a window only those ran that it names, and outside none that is named by any
 *   - no window began before its time or after its end, nor ended too soon
 *   - who always wants to run came on in each of his windows, unless he still ran elsewhere
 *
 * which does not depend on how fast the harts are. With "exact" behind it, where the time
 * is that of executed instructions, each window began and ended within 20 us, and "load"
 * had all of its windows.
 */
#include "stints.h"

#include <coresrv/sched/sched_api.h>

enum {
	FRAMES = 20,
	LATE = 200, /* ticks: 20 us */
	NAMES_MAX = 4,
	SETTLING_MS = 20,
};

struct window {
	unsigned cpu;
	uint64_t start, end; /* ticks from the beginning of a frame */
	Pid pids[NAMES_MAX];
	unsigned npids;
};

static struct window windows[FLOE_WINDOWS_MAX];
static unsigned nwindows;
static uint64_t frame; /* ticks */

static void read_window(char *text)
{
	struct window *w = &windows[nwindows++];
	unsigned start, duration;
	char names[256];

	CHECK(sscanf(text, "%u:%u:%u:%255s", &w->cpu, &start, &duration, names) == 4);
	w->start = load_ticks(start);
	w->end = load_ticks(start + duration);
	for (char *name = strtok(names, ","); name; name = strtok(NULL, ","))
		w->pids[w->npids++] = stints_pid(name);
}

static bool names(const struct window *w, Pid pid)
{
	for (unsigned i = 0; i < w->npids; i++)
		if (w->pids[i] == pid)
			return true;
	return false;
}

static bool is_named(Pid pid)
{
	for (unsigned i = 0; i < nwindows; i++)
		if (names(&windows[i], pid))
			return true;
	return false;
}

/* A hart without them has no events of them. */
static bool has_windows(unsigned cpu)
{
	for (unsigned i = 0; i < nwindows; i++)
		if (windows[i].cpu == cpu)
			return true;
	return false;
}

static void check_who(void)
{
	unsigned inside = 0, strangers = 0, outside = 0;

	for (size_t i = 0; i < stint_count; i++) {
		const struct stint *s = &stints[i];

		if (s->window > FLOE_WINDOWS_MAX && has_windows(s->cpu))
			continue;
		if (s->window >= FLOE_WINDOWS_MAX)
			outside += is_named(s->pid);
		else if (names(&windows[s->window], s->pid))
			inside++;
		else
			strangers++;
	}
	printf("%u stints in windows, %u of strangers, %u outside\n", inside, strangers, outside);
	CHECK(inside > FRAMES);
	CHECK_EQUAL(0, strangers);
	CHECK_EQUAL(0, outside);
}

static bool is_in_window(unsigned cpu, uint64_t phase)
{
	for (unsigned i = 0; i < nwindows; i++)
		if (windows[i].cpu == cpu && windows[i].start <= phase && phase < windows[i].end)
			return true;
	return false;
}

/* How long ago the latest time was at which something begins or ends on that hart. */
static uint64_t late(unsigned cpu, uint64_t phase)
{
	uint64_t least = frame;

	for (unsigned i = 0; i < nwindows; i++) {
		if (windows[i].cpu != cpu)
			continue;
		if (phase >= windows[i].start)
			least = min_u64(least, phase - windows[i].start);
		if (phase >= windows[i].end)
			least = min_u64(least, phase - windows[i].end);
	}
	/* At the end of the frame the hypervisor looks as well. */
	return min_u64(least, phase);
}

static void check_when(bool exact)
{
	uint64_t latest = 0;
	unsigned wrong = 0;

	for (size_t i = 0; i < stint_nwindows; i++) {
		const struct stint_window *e = &stint_windows[i];
		uint64_t phase = e->time % frame;

		latest = max_u64(latest, late(e->cpu, phase));
		if (e->which == FLOE_WINDOWS_MAX)
			wrong += is_in_window(e->cpu, phase);
		else
			wrong += windows[e->which].cpu != e->cpu ||
				 phase < windows[e->which].start || phase >= windows[e->which].end;
	}
	printf("%zu changes of windows, %u at a wrong time, %llu ticks late at most\n",
	       stint_nwindows, wrong, (unsigned long long)latest);
	CHECK(stint_nwindows > FRAMES);
	CHECK_EQUAL(0, wrong);
	CHECK(!exact || latest <= LATE);
}

/* Who came on first on that hart from then on; NULL: nobody as far as is known. */
static const struct stint *next_on(unsigned cpu, uint64_t time)
{
	for (size_t i = 0; i < stint_count; i++)
		if (stints[i].cpu == cpu && stints[i].start >= time)
			return &stints[i];
	return NULL;
}

static bool runs_elsewhere(Pid pid, unsigned cpu, uint64_t time)
{
	for (size_t i = 0; i < stint_count; i++)
		if (stints[i].pid == pid && stints[i].cpu != cpu && stints[i].start <= time &&
		    stints[i].end >= time)
			return true;
	/* Or still does. */
	for (unsigned i = 0; i < stint_cpus; i++)
		if (i != cpu && stint_readers[i].now.pid == pid &&
		    stint_readers[i].now.start <= time)
			return true;
	return false;
}

/* Each of its windows is the load's from the beginning, if it is the only one there. */
static bool is_loads(const struct stint_window *e, Pid load)
{
	const struct window *w = &windows[e->which];

	return e->which < nwindows && w->npids == 1 && w->pids[0] == load;
}

static void check_load(Pid load, bool exact)
{
	unsigned looks = 0, without = 0;
	uint64_t had = 0, whole = 0;

	for (size_t i = 0; i < stint_nwindows; i++) {
		const struct stint_window *e = &stint_windows[i];
		const struct stint *s = next_on(e->cpu, e->time);

		/* What was before the beginning is known of some harts only. */
		if (!is_loads(e, load) || !s || e->time < stints_begin() + frame)
			continue;
		looks++;
		without += s->pid != load && !runs_elsewhere(load, e->cpu, e->time);
		whole += windows[e->which].end - windows[e->which].start;
	}
	had = stints_used(load, stints_begin(), stints_end(), STINTS_LEAST);
	printf("load: %u of its %u windows are another one's; it had %llu of %llu ticks\n", without,
	       looks, (unsigned long long)had, (unsigned long long)whole);
	CHECK(looks >= FRAMES);
	CHECK_EQUAL(0, without);
	CHECK(!exact ||
	      (had + looks * LATE + frame >= whole && had <= whole + looks * LATE + frame));
}

static bool enough(void)
{
	unsigned looks = 0;

	for (size_t i = 0; i < stint_nwindows; i++)
		looks += is_loads(&stint_windows[i], windows[0].pids[0]) &&
			 stint_windows[i].time >= stints_begin() + frame;
	return looks > FRAMES + 2;
}

static int judge(int argc, char **argv)
{
	bool exact = !strcmp(argv[argc - 1], "exact");

	CHECK_RC(rcSecurityDisallow, KnSchedAddWindow(10000, 0, 0, 1000));
	frame = load_ticks((uint64_t)atol(argv[2]));
	for (int i = 3; i < argc - exact; i++)
		read_window(argv[i]);
	stints_pid("spin");
	KnSleep(SETTLING_MS);
	stints_collect(FRAMES * frame, enough);
	stints_end_others();
	check_who();
	check_when(exact);
	check_load(windows[0].pids[0], exact);
	return checks_result();
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return EXIT_FAILURE;
	if (!strcmp(argv[1], "judge"))
		return judge(argc, argv);
	if (!strcmp(argv[1], "bursts"))
		load_bursts();
	if (!strcmp(argv[1], "spin"))
		load_spin_everywhere(argc > 2 && !strcmp(argv[2], "rest"));
	load_run_for(~(uint64_t)0 >> 1);
}
