/* SPDX-License-Identifier: Apache-2.0 */
/* regs and bt: the threads of a frozen process. */
#include "command.h"
#include "frames.h"
#include "input.h"
#include "target.h"

#include <stdio.h>

typedef void show_fn(struct target *target, const KnThreadState *thread);

/* Shows all threads, or the one with that id. */
static void show_threads(int argc, char **argv, show_fn *show)
{
	uint64_t wanted = 0;
	struct target t;
	KnThreadState thread;
	bool found = false;

	if (argc > 2 && !parse_number(argv[2], "thread id", &wanted))
		return;
	if (!target_open(argv[1], &t))
		return;
	for (unsigned i = 0; i < t.process.info.threads && target_thread(&t, i, &thread); i++) {
		char time[32];

		if (argc > 2 && thread.tid != wanted)
			continue;
		found = true;
		printf("thread %u%s: %s, priority %u, ran %s s\n", (unsigned)thread.tid,
		       i ? "" : " (faulted)", policy_text(thread.policy), (unsigned)thread.priority,
		       seconds_text(thread.runTime, time, sizeof(time)));
		show(&t, &thread);
		if (interrupted())
			break;
	}
	if (!found)
		complain("%s has no such thread", t.process.name);
	target_close(&t);
}

/* One line of registers. */
static void show_line(unsigned count, const char *const *name, const uint64_t *value)
{
	printf(" ");
	for (unsigned i = 0; i < count; i++)
		printf(" %-9s 0x%016lx", name[i], (unsigned long)value[i]);
	printf("\n");
}

static void show_integers(const HalTrapFrame *f)
{
	static const char *const name[32] = { "zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
					      "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
					      "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
					      "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6" };

	show_line(3, (const char *[]){ "pc", "scause", "stval" },
		  (const uint64_t[]){ f->pc, f->scause, f->stval });
	for (unsigned i = 1; i < 31; i += 3)
		show_line(3, &name[i], &f->x[i]);
	show_line(1, &name[31], &f->x[31]);
}

static void show_csrs(const ThreadCsrs *c)
{
	show_line(3, (const char *[]){ "hstatus", "vsstatus", "vsie" },
		  (const uint64_t[]){ c->hstatus, c->vsstatus, c->vsie });
	show_line(3, (const char *[]){ "vstvec", "vsepc", "vscause" },
		  (const uint64_t[]){ c->vstvec, c->vsepc, c->vscause });
	show_line(3, (const char *[]){ "vstval", "vsatp", "vsscratch" },
		  (const uint64_t[]){ c->vstval, c->vsatp, c->vsscratch });
	show_line(1, (const char *[]){ "hvip" }, &c->hvip);
}

static void show_floats(const KnThreadState *t)
{
	static const char *const name[32] = { "f0",  "f1",  "f2",  "f3",  "f4",  "f5",  "f6",
					      "f7",  "f8",  "f9",  "f10", "f11", "f12", "f13",
					      "f14", "f15", "f16", "f17", "f18", "f19", "f20",
					      "f21", "f22", "f23", "f24", "f25", "f26", "f27",
					      "f28", "f29", "f30", "f31" };
	uint64_t any = t->fcsr;

	for (unsigned i = 0; i < 32; i++)
		any |= t->f[i];
	if (!any) {
		printf("  f0 to f31 and fcsr are 0\n");
		return;
	}
	for (unsigned i = 0; i < 30; i += 3)
		show_line(3, &name[i], &t->f[i]);
	show_line(2, &name[30], &t->f[30]);
	printf("  fcsr      0x%08x\n", (unsigned)t->fcsr);
}

static void show_registers(struct target *target, const KnThreadState *t)
{
	(void)target;
	show_integers(&t->frame);
	show_csrs(&t->csrs);
	show_floats(t);
}

void command_regs(int argc, char **argv)
{
	show_threads(argc, argv, show_registers);
}

static void show_stack(struct target *target, const KnThreadState *t)
{
	static struct frame frames[FRAMES_MAX];
	unsigned count = frames_walk(target, t, frames);

	for (unsigned i = 0; i < count; i++) {
		printf("  #%u 0x%016lx", i, (unsigned long)frames[i].pc);
		if (frames[i].function[0])
			printf(" %s+0x%lx", frames[i].function, (unsigned long)frames[i].offset);
		printf("\n");
	}
	if (t->csrs.vsatp)
		printf("  it has paging of its own on: its stack is not followed\n");
}

void command_bt(int argc, char **argv)
{
	show_threads(argc, argv, show_stack);
}
