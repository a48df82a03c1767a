// SPDX-License-Identifier: Apache-2.0
#include "fake.h"

#include "arch/csr.h"
#include "arch/remote.h"
#include "arch/sbi.h"
#include "arch/this_hart.h"
#include "console/console.h"
#include "core/lock.h"
#include "core/place.h"
#include "core/system.h"
#include "core/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTPUT_SIZE 1000000u

struct fake_cpu fake_cpu;
struct hart fake_hart;
struct hart *fake_this_hart = &fake_hart;
struct fake_system fake_system;
struct machine_features machine;
struct hart *harts[MAX_HARTS] = { &fake_hart };
unsigned int nharts = 1;

static FloeTraceRing trace_ring;
static char output[OUTPUT_SIZE];
static u64 written, room;
static const char *input = "";

static u64 write_output(const struct device_registers *none, const char *data, u64 bytes)
{
	u64 n = min_u64(min_u64(bytes, room), OUTPUT_SIZE - 1 - written);

	(void)none;
	memcpy(output + written, data, n);
	written += n;
	room -= room == ~(u64)0 ? 0 : n;
	return n;
}

static int read_input(const struct device_registers *none)
{
	(void)none;
	return *input ? (u8)*input++ : -1;
}

static const struct console_device device = { write_output, read_input, NULL, false };

void fake_reset(void)
{
	fake_cpu = (struct fake_cpu){ .time = 1000000 * MS };
	fake_system = (struct fake_system){ 0 };
	fake_hart = (struct hart){ .switch_plain = SWITCH_NO_CSRS,
				   .timer_at = TIME_NEVER,
				   .vmid_generation = 1,
				   .trace = &trace_ring };
	machine = (struct machine_features){ .vmid_max = 127,
					     .gstage_levels = 3,
					     .timebase = 1000 * MS };
	sched_init(&fake_hart);
	lock_word = 0;
	place_join(&fake_hart);
	fake_output_clear();
	fake_output_room(~(u64)0);
	input = "";
	console_init(&device, NULL);
}

const char *fake_output(void)
{
	output[written] = 0;
	return output;
}

void fake_output_clear(void)
{
	written = 0;
}

void fake_output_room(u64 bytes)
{
	room = bytes;
}

void fake_input(const char *text)
{
	input = text;
}

u64 *fake_csr(const char *name)
{
	static struct {
		const char *name;
		u64 value;
	} csrs[64];
	unsigned int i = 0;

	while (csrs[i].name && strcmp(csrs[i].name, name) != 0)
		i++;
	csrs[i].name = name;
	return &csrs[i].value;
}

void hart_set_timer(u64 at)
{
	fake_this_hart->timer_at = at;
}

bool hart_timer_pending(void)
{
	return fake_cpu.time >= fake_this_hart->timer_at;
}

void cpu_wfi(void)
{
	fake_cpu.wfi++;
	if (fake_cpu.asleep) {
		fake_cpu.asleep();
		return;
	}
	if (fake_this_hart->timer_at == TIME_NEVER) {
		fprintf(stderr, "the hart sleeps and nothing will wake it\n");
		abort();
	}
	fake_cpu.time = max_u64(fake_cpu.time, fake_this_hart->timer_at);
}

struct sbi_result sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2)
{
	struct hart *self = fake_this_hart;

	(void)extension, (void)function, (void)arg0, (void)arg2;
	fake_cpu.ipi++;
	for (unsigned int i = 0; i < nharts; i++)
		if (harts[i]->id == arg1 && !fake_cpu.asleep) {
			fake_this_hart = harts[i];
			remote_serve();
		}
	fake_this_hart = self;
	return (struct sbi_result){ 0 };
}

/* arch/fp.S */
void fp_save(u64 *f);
void fp_restore(const u64 *f);

void fp_save(u64 *f)
{
	(void)f;
}

void fp_restore(const u64 *f)
{
	fake_cpu.fp_loaded = f;
}

/* arch/vector.S */
void vector_save(struct vector *to);
void vector_restore(const struct vector *from);

void vector_save(struct vector *to)
{
	to->vl = fake_cpu.vl;
}

void vector_restore(const struct vector *from)
{
	fake_cpu.vl = from->vl;
}

void system_end(const struct task *init)
{
	fake_system.ends++;
	fake_system.success = init->state == TaskStateEnded &&
			      init->exit_status == TaskExitNormal && init->exit_code == 0;
}

void system_check(void)
{
}
