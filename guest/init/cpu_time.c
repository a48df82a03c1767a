/* SPDX-License-Identifier: Apache-2.0 */
/* Can a machine keep what a manifest promises of its CPUs' time? */
#include "manifest.h"

#include <floe/types.h>
#include <stdio.h>

/* A CPU. */
#define WHOLE UINT64_C(1000000)

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

/* That it may run on. */
static uint64_t cpus_of(const struct manifest_partition *p, uint64_t machine)
{
	return p->cpus & machine ? p->cpus & machine : machine;
}

/* What is promised to those that can run on some of these CPUs only; init may on all. */
static uint64_t promised(const struct manifest *m, uint64_t cpus, uint64_t machine)
{
	uint64_t sum = cpus == machine ? share(GUARANTEE, GUARANTEE_PERIOD) : 0;

	for (size_t i = 0; i < m->count; i++)
		if (!(cpus_of(&m->partitions[i], machine) & ~cpus))
			sum += share_of(&m->partitions[i]);
	return sum;
}

static void report(const struct manifest_reporter *reporter, const char *name,
		   const struct manifest_partition *p, const char *sentence)
{
	char where[256];

	snprintf(where, sizeof(where), "/partitions/%s/cpu-budget", p->name);
	reporter->report(reporter->context, name, where, sentence);
}

static bool check(const struct manifest *m, const struct manifest_partition *p, uint64_t machine,
		  const struct manifest_reporter *reporter)
{
	uint64_t cpus = cpus_of(p, machine), sum = promised(m, cpus, machine);
	unsigned budget = p->cpu_budget[0], period = p->cpu_budget[1];
	unsigned count = (unsigned)__builtin_popcountll(cpus);
	char sentence[256];

	if (period < FLOE_CPU_PERIOD_MIN || period > FLOE_CPU_PERIOD_MAX) {
		snprintf(sentence, sizeof(sentence),
			 "%u us is no period of a budget; write %u to %u us", period,
			 FLOE_CPU_PERIOD_MIN, FLOE_CPU_PERIOD_MAX);
		report(reporter, "bad-cpu-budget", p, sentence);
		return false;
	}
	if (budget > (uint64_t)period * count) {
		snprintf(sentence, sizeof(sentence),
			 "%u us of each %u us is more than the %u CPUs that it may run on have; "
			 "write less",
			 budget, period, count);
		report(reporter, "bad-cpu-budget", p, sentence);
		return false;
	}
	if (sum <= count * WHOLE)
		return true;
	snprintf(sentence, sizeof(sentence),
		 "%u.%u %% of a CPU are promised on the %u that it may run on, with what init "
		 "and inspect are guaranteed; write less",
		 (unsigned)(sum / 10000), (unsigned)(sum / 1000 % 10), count);
	report(reporter, "too-much-cpu", p, sentence);
	return false;
}

bool manifest_check_cpu_time(const struct manifest *m, uint64_t machine,
			     const struct manifest_reporter *reporter)
{
	bool kept = true;

	for (size_t i = 0; i < m->count; i++)
		if (m->partitions[i].cpu_budget[0])
			kept &= check(m, &m->partitions[i], machine, reporter);
	return kept;
}
