/* SPDX-License-Identifier: Apache-2.0 */
#include "cpu_place.h"

uint64_t place_cpus(const struct manifest_partition *p, uint64_t machine)
{
	return p->cpus & machine ? p->cpus & machine : machine;
}

struct place place_of(const struct manifest *m, const struct manifest_partition *p,
		      uint64_t machine)
{
	uint64_t cpus = place_cpus(p, machine);
	struct place place = { 0 };

	if (!p->windows)
		place.cpus = cpus;
	for (size_t i = 0; i < m->window_count; i++)
		place.windows |= p->windows & (cpus >> m->windows[i].cpu & 1) << i;
	return place;
}

bool place_lies_in(struct place inner, struct place outer)
{
	return !(inner.cpus & ~outer.cpus) && !(inner.windows & ~outer.windows);
}

uint64_t place_frame(const struct manifest *m)
{
	return m->major_frame ? m->major_frame : 1;
}

uint64_t place_room(const struct manifest *m, struct place place)
{
	uint64_t sum = (uint64_t)__builtin_popcountll(place.cpus) * place_frame(m);

	for (size_t i = 0; i < m->window_count; i++) {
		if (place.cpus >> m->windows[i].cpu & 1)
			sum -= m->windows[i].duration;
		if (place.windows >> i & 1)
			sum += m->windows[i].duration;
	}
	return sum;
}

bool place_is_same(struct place a, struct place b)
{
	return place_lies_in(a, b) && place_lies_in(b, a);
}
