/* SPDX-License-Identifier: Apache-2.0 */
#include "frames.h"

#include <string.h>

enum {
	REG_RA = 1,
	REG_SP = 2,
	REG_FP = 8,
	SCAN_WORDS = 512,
};

struct walk {
	struct target *target;
	struct frame *frames;
	unsigned count;
};

static void add(struct walk *w, uint64_t pc)
{
	if (w->count == FRAMES_MAX)
		return;
	memset(&w->frames[w->count], 0, sizeof(w->frames[w->count]));
	w->frames[w->count++].pc = pc;
}

static bool read_words(struct walk *w, uint64_t address, uint64_t *to, size_t count)
{
	return !(address & 7) &&
	       target_read(w->target, address, to, count * sizeof(*to)) == count * sizeof(*to);
}

/* Does a call stand before that address: jal ra, jalr ra or c.jalr? */
static bool follows_call(struct walk *w, uint64_t address)
{
	uint16_t half[2];
	uint32_t jump;

	if ((address & 1) || !target_is_code(w->target, address) ||
	    target_read(w->target, address - 4, half, sizeof(half)) != sizeof(half))
		return false;
	jump = half[0] | (uint32_t)half[1] << 16;
	return (jump & 0xfff) == 0x0ef || (jump & 0x7fff) == 0x00e7 ||
	       ((half[1] & 0xf07f) == 0x9002 && (half[1] & 0x0f80));
}

/*
 * Is ra the caller's, and not left over from a call that has returned? Then it
 * lies in another function than the pc, which has no frame yet, or no longer.
 */
static bool is_callers(struct walk *w, uint64_t pc, uint64_t ra)
{
	struct frame at[2] = { { .pc = pc }, { .pc = ra } };

	symbols_resolve(w->target, at, 2);
	return at[0].function[0] && at[1].function[0] && pc - at[0].offset != ra - at[1].offset;
}

/*
 * The return address lies below the frame pointer, the caller's frame pointer
 * below that. A function that calls nothing may have saved the latter only; its
 * return address is still in ra.
 */
static void follow_frames(struct walk *w, uint64_t fp, uint64_t ra)
{
	uint64_t word[2];

	while (w->count < FRAMES_MAX && read_words(w, fp - 16, word, 2)) {
		if (ra && word[1] > fp && !(word[1] & 7)) {
			word[0] = word[1];
			word[1] = ra;
		} else if (ra && ra != word[1] && follows_call(w, ra) &&
			   is_callers(w, w->frames[0].pc, ra)) {
			add(w, ra);
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

static void scan_stack(struct walk *w, uint64_t sp)
{
	uint64_t word;

	for (unsigned i = 0; i < SCAN_WORDS && w->count < FRAMES_MAX; i++)
		if (read_words(w, sp + i * sizeof(word), &word, 1) && follows_call(w, word))
			add(w, word);
}

unsigned frames_walk(struct target *t, const KnThreadState *thread, struct frame *frames)
{
	const HalTrapFrame *f = &thread->frame;
	struct walk w = { t, frames, 0 };
	uint64_t ra = f->x[REG_RA];

	add(&w, f->pc);
	/* With paging of its own its addresses are not those of the second stage. */
	if (!thread->csrs.vsatp) {
		/* A jump to nowhere has built no frame: the caller is in ra. */
		if (!target_is_code(t, f->pc) && follows_call(&w, ra)) {
			add(&w, ra);
			ra = 0;
		}
		follow_frames(&w, f->x[REG_FP], ra);
		if (w.count == 1) {
			if (follows_call(&w, ra))
				add(&w, ra);
			scan_stack(&w, f->x[REG_SP]);
		}
	}
	symbols_resolve(t, frames, w.count);
	return w.count;
}
