/* SPDX-License-Identifier: Apache-2.0 */
#include "console/backtrace.h"

#include "core/guest_copy.h"
#include "core/task.h"

#define SCAN_WORDS 256u

#define REG_RA 1
#define REG_SP 2
#define REG_FP 8

struct walk {
	const struct task *task;
	struct backtrace *b;
};

static void add(struct walk *w, u64 pc)
{
	if (w->b->count < BACKTRACE_MAX)
		w->b->frames[w->b->count++] = (struct frame){ .pc = pc };
}

/* Does a call stand before that address? */
static bool follows_call(const struct walk *w, u64 address)
{
	u32 jump;
	u16 half;

	if ((address & 1) || !guest_is_code(&w->task->vm, address) || address < 4)
		return false;
	/* jal ra and jalr ra; c.jalr */
	if (guest_peek(&w->task->vm, address - 4, &jump, 4) == 4 &&
	    ((jump & 0xfff) == 0x0ef || (jump & 0x7fff) == 0x00e7 || (jump & 0xfff) == 0x0e7))
		return true;
	return guest_peek(&w->task->vm, address - 2, &half, 2) == 2 && (half & 0xf07f) == 0x9002 &&
	       (half & 0x0f80);
}

/*
 * Frames linked by s0, as our SDK's programs have them: the return address lies
 * below s0, the caller's s0 below that. A function that calls nothing may have
 * saved s0 only; then its return address is still in ra.
 */
static void walk_frames(struct walk *w, u64 fp, u64 ra)
{
	u64 word[2]; /* at fp - 16 and fp - 8 */

	while (w->b->count < BACKTRACE_MAX) {
		if ((fp & 7) ||
		    guest_peek(&w->task->vm, fp - 16, word, sizeof(word)) != sizeof(word))
			return;
		if (ra && word[1] > fp && !(word[1] & 7)) {
			word[0] = word[1];
			word[1] = ra;
		} else if (ra && ra != word[1] && follows_call(w, ra)) {
			add(w, ra);
			w->b->guessed = true;
		}
		ra = 0;
		if (!follows_call(w, word[1]))
			return;
		add(w, word[1]);
		/* Stacks grow down: a frame that does not go up is no frame. */
		if (word[0] <= fp)
			return;
		fp = word[0];
	}
}

/* Programs without frame pointers: whatever on the stack looks like a return address. */
static void scan_stack(struct walk *w, u64 sp)
{
	u64 word;

	for (unsigned int i = 0; i < SCAN_WORDS && w->b->count < BACKTRACE_MAX; i++)
		if (guest_peek(&w->task->vm, sp + i * 8, &word, 8) == 8 && follows_call(w, word))
			add(w, word);
}

void backtrace_begin(const struct task *task, struct backtrace *b)
{
	const HalTrapFrame *f = &task->fault.frame;
	struct walk w = { task, b };
	u64 fp = f->x[REG_FP], ra = f->x[REG_RA];

	*b = (struct backtrace){ .count = 0 };
	add(&w, f->pc);
	/* With paging of its own the guest's stack is not at that address. */
	if (task->fault.csrs.vsatp)
		goto out;
	/* A jump to nowhere has built no frame: the caller is in ra. */
	if (!guest_is_code(&task->vm, f->pc) && follows_call(&w, ra)) {
		add(&w, ra);
		ra = 0;
	}
	walk_frames(&w, fp, ra);
	if (b->count == 1) {
		if (follows_call(&w, ra))
			add(&w, ra);
		if (!(f->x[REG_SP] & 7))
			scan_stack(&w, f->x[REG_SP]);
	}
out:
	symbols_begin(task, b);
}

/*
 * Is ra the caller's, and not left over from a call that has returned? Then it
 * lies in another function than the pc, which has no frame yet, or no longer.
 */
static bool is_callers(const struct match *pc, const struct match *ra)
{
	return pc->start && ra->start && pc->start != ra->start;
}

bool backtrace_go_on(const struct task *task, struct backtrace *b)
{
	if (b->complete || !symbols_go_on(task, b))
		return b->complete;
	if (b->guessed && !is_callers(&b->match[0], &b->match[1])) {
		b->count--;
		for (unsigned int i = 1; i < b->count; i++) {
			b->frames[i].pc = b->frames[i + 1].pc;
			b->match[i] = b->match[i + 1];
		}
	}
	symbols_name(task, b);
	b->complete = true;
	return true;
}
