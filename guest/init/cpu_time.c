/* SPDX-License-Identifier: Apache-2.0 */
/* Can a machine keep what a manifest promises of its CPUs' time, in windows and outside? */
#include "cpu_place.h"

#include <floe/types.h>
#include <stdarg.h>
#include <stdio.h>

/* A CPU. */
#define WHOLE UINT64_C(1000000)

enum {
	CPU_COUNT = 64,
	PATH_SIZE = 256, /* longer ones are cut in messages */
	NAMES_SIZE = 96,
	PLACES = 128, /* that are looked at for what several promises are together */
	PERCENT_SIZE = 24,
};

/* init's as well, which has it from the hypervisor. */
enum {
	GUARANTEE = 1000,
	GUARANTEE_PERIOD = 10000,
};

void manifest_cpu_time(const struct manifest_partition *p, uint32_t *budget, uint32_t *period,
		       bool *soft)
{
	*soft = !p->cpu_budget[0] && p->inspect && p->policy == POLICY_STANDARD;
	*budget = *soft ? GUARANTEE : p->cpu_budget[0];
	*period = *soft ? GUARANTEE_PERIOD : p->cpu_budget[1];
}

/* Of a CPU's time, in millionths, rounded up. */
static uint64_t share(uint32_t budget, uint32_t period)
{
	return budget ? (budget * WHOLE + period - 1) / period : 0;
}

static uint64_t share_of(const struct manifest_partition *p)
{
	uint32_t budget, period;
	bool soft;

	manifest_cpu_time(p, &budget, &period, &soft);
	return share(budget, period);
}

/* In millionths of a CPU, to those that can run at that place only; init may on all CPUs. */
static uint64_t promised(const struct manifest *m, struct place place, uint64_t machine)
{
	const struct place init = { .cpus = machine };
	uint64_t sum = place_lies_in(init, place) ? share(GUARANTEE, GUARANTEE_PERIOD) : 0;

	for (size_t i = 0; i < m->count; i++)
		if (place_lies_in(place_of(m, &m->partitions[i], machine), place))
			sum += share_of(&m->partitions[i]);
	return sum;
}

__attribute__((format(printf, 4, 5))) static void report(const struct manifest_reporter *reporter,
							 const char *name, const char *where,
							 const char *format, ...)
{
	char sentence[256];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	reporter->report(reporter->context, name, where, sentence);
}

static void path_of(const struct manifest_partition *p, char *path, size_t size)
{
	snprintf(path, size, "/partitions/%s/cpu-budget", p->name);
}

/* Whether it is a budget, and not more than these CPUs have. */
static bool check_budget(const struct manifest_partition *p, uint64_t machine,
			 const struct manifest_reporter *reporter)
{
	unsigned budget = p->cpu_budget[0], period = p->cpu_budget[1];
	unsigned count = (unsigned)__builtin_popcountll(place_cpus(p, machine));
	char path[PATH_SIZE];

	path_of(p, path, sizeof(path));
	if (budget < FLOE_CPU_BUDGET_MIN)
		report(reporter, "bad-cpu-budget", path,
		       "%u us is no budget: switches would use it up; write %u or more", budget,
		       FLOE_CPU_BUDGET_MIN);
	else if (period < FLOE_CPU_PERIOD_MIN || period > FLOE_CPU_PERIOD_MAX)
		report(reporter, "bad-cpu-budget", path,
		       "%u us is no period of a budget; write %u to %u us", period,
		       FLOE_CPU_PERIOD_MIN, FLOE_CPU_PERIOD_MAX);
	else if (budget > (uint64_t)period * count)
		report(reporter, "bad-cpu-budget", path,
		       "%u us of each %u us is more than the %u CPU%s that it may run on give; "
		       "write less",
		       budget, period, count, count == 1 ? "" : "s");
	else
		return true;
	return false;
}

/* In millionths of a CPU, rounded up. */
static uint64_t share_there(const struct manifest *m, struct place place)
{
	uint64_t frame = place_frame(m);

	return (place_room(m, place) * WHOLE + frame - 1) / frame;
}

/*
 * "100.1", of millionths of a CPU, rounded down: with 999 added to what is too much, that
 * shows as more.
 */
static const char *percent(uint64_t millionths, char *to)
{
	unsigned long long tenths = millionths / 1000;

	snprintf(to, PERCENT_SIZE, "%llu.%llu", tenths / 10, tenths % 10);
	return to;
}

/* What is too much for a place is said once, of the first budget there. */
static bool is_first_there(const struct manifest *m, const struct manifest_partition *p,
			   struct place place, uint64_t machine)
{
	const struct manifest_partition *other = m->partitions;

	while (other < p &&
	       !(other->cpu_budget[0] && place_is_same(place_of(m, other, machine), place)))
		other++;
	return other == p;
}

/* Whether there is room for the budget, and for all else that is promised where it runs. */
static bool check_room(const struct manifest *m, const struct manifest_partition *p,
		       uint64_t machine, const struct manifest_reporter *reporter)
{
	unsigned budget = p->cpu_budget[0], period = p->cpu_budget[1];
	struct place place = place_of(m, p, machine);
	uint64_t sum = promised(m, place, machine), frame = place_frame(m),
		 time = place_room(m, place);
	uint64_t there = share_there(m, place);
	char path[PATH_SIZE], promised_text[PERCENT_SIZE], there_text[PERCENT_SIZE];

	path_of(p, path, sizeof(path));
	if (p->windows && budget * frame > time * period)
		report(reporter, "bad-cpu-budget", path,
		       "%u us of each %u us is more than its windows have, %llu us of each %llu "
		       "us; write less",
		       budget, period, (unsigned long long)time, (unsigned long long)frame);
	else if (sum > there && is_first_there(m, p, place, machine))
		report(reporter, "too-much-cpu", path,
		       "%s %% of a CPU are promised where it may run, with what init and inspect "
		       "are guaranteed, and there are %s %%; write less",
		       percent(sum + 999, promised_text), percent(there, there_text));
	else
		return true;
	return false;
}

struct places {
	struct place place[PLACES];
	size_t count;
};

/* If it is another one, and there is room. */
static void add_place(struct places *places, struct place place)
{
	for (size_t i = 0; i < places->count; i++)
		if (place_is_same(place, places->place[i]))
			return;
	if (places->count < PLACES)
		places->place[places->count++] = place;
}

/* Where somebody is promised time, and what such places that share some are together. */
static void find_places(const struct manifest *m, uint64_t machine, struct places *places)
{
	places->count = 0;
	for (size_t i = 0; i < m->count; i++)
		if (share_of(&m->partitions[i]))
			add_place(places, place_of(m, &m->partitions[i], machine));
	add_place(places, (struct place){ .cpus = machine });
	for (size_t i = 1; i < places->count; i++)
		for (size_t j = 0; j < i; j++) {
			struct place a = places->place[i], b = places->place[j];

			if ((a.cpus & b.cpus) || (a.windows & b.windows))
				add_place(places,
					  (struct place){ a.cpus | b.cpus, a.windows | b.windows });
		}
}

/* "a, b": to whom promised() counts something, as many as there is room for. */
static void names_of(const struct manifest *m, struct place place, uint64_t machine, char *names)
{
	size_t used = 0;

	names[0] = 0;
	for (size_t i = 0; i < m->count && used < NAMES_SIZE; i++) {
		const struct manifest_partition *p = &m->partitions[i];

		if (share_of(p) && place_lies_in(place_of(m, p, machine), place))
			used += (size_t)snprintf(names + used, NAMES_SIZE - used, "%s%s",
						 used ? ", " : "", p->name);
	}
	if (used >= NAMES_SIZE)
		snprintf(names + NAMES_SIZE - 4, 4, "...");
}

/* Whether all promises can be kept at once. */
static bool check_sums(const struct manifest *m, uint64_t machine,
		       const struct manifest_reporter *reporter)
{
	struct places places;

	find_places(m, machine, &places);
	for (size_t i = 0; i < places.count; i++) {
		struct place place = places.place[i];
		uint64_t sum = promised(m, place, machine), there = share_there(m, place);
		char names[NAMES_SIZE], promised_text[PERCENT_SIZE], there_text[PERCENT_SIZE];

		if (sum <= there)
			continue;
		names_of(m, place, machine, names);
		/* init by itself has been judged, by the frame. */
		if (!names[0])
			continue;
		report(reporter, "too-much-cpu", "/partitions",
		       "%s %% of a CPU are promised to %s, with what init and inspect are "
		       "guaranteed, and there are %s %% where they may run; write less",
		       percent(sum + 999, promised_text), names, percent(there, there_text));
		return false;
	}
	return true;
}

/* Whether the partition, which has no windows, has any time outside of them. */
static bool check_runs(const struct manifest *m, const struct manifest_partition *p,
		       uint64_t machine, const struct manifest_reporter *reporter)
{
	char path[PATH_SIZE];

	if (p->windows || place_room(m, place_of(m, p, machine)))
		return true;
	snprintf(path, sizeof(path), "/partitions/%s/cpus", p->name);
	report(reporter, "never-runs", path,
	       "it runs outside of windows only, and these CPUs have nothing else; write another "
	       "CPU, or name it in a window");
	return false;
}

static bool check_cpu(const struct manifest_window *w, uint64_t machine,
		      const struct manifest_reporter *reporter)
{
	char path[PATH_SIZE];

	if (machine >> w->cpu & 1)
		return true;
	snprintf(path, sizeof(path), "/schedule/%s/cpu", w->name);
	report(reporter, "bad-value", path, "the machine has no CPU %u; name one that it has",
	       (unsigned)w->cpu);
	return false;
}

/* On one CPU at least, which has no windows or leaves enough of each frame. */
static bool check_init(const struct manifest *m, uint64_t machine,
		       const struct manifest_reporter *reporter)
{
	for (unsigned cpu = 0; cpu < CPU_COUNT; cpu++) {
		struct place outside = { .cpus = machine & UINT64_C(1) << cpu };
		uint64_t time = place_room(m, outside);

		if (time >= GUARANTEE || time == place_frame(m))
			return true;
	}
	report(reporter, "no-time-for-init", "/schedule",
	       "on every CPU of the machine less than %u us of a major frame are outside of "
	       "windows, where init has to run; make some shorter, or the frame longer",
	       GUARANTEE);
	return false;
}

bool manifest_check_cpu_time(const struct manifest *m, uint64_t machine,
			     const struct manifest_reporter *reporter)
{
	bool kept = true;

	for (size_t i = 0; i < m->count; i++)
		if (m->partitions[i].cpu_budget[0])
			kept &= check_budget(&m->partitions[i], machine, reporter);
	if (!m->is_whole)
		return false;
	for (size_t i = 0; i < m->window_count; i++)
		kept &= check_cpu(&m->windows[i], machine, reporter);
	kept &= check_init(m, machine, reporter);
	for (size_t i = 0; i < m->count && kept; i++)
		kept = check_runs(m, &m->partitions[i], machine, reporter);
	if (!kept)
		return false;
	for (size_t i = 0; i < m->count; i++)
		if (m->partitions[i].cpu_budget[0])
			kept &= check_room(m, &m->partitions[i], machine, reporter);
	return kept && check_sums(m, machine, reporter);
}
