/* SPDX-License-Identifier: Apache-2.0 */
#include "core/window.h"

#include "core/budget.h"
#include "core/place.h"
#include "core/trace.h"

/* Ticks from the beginning of a frame. */
static struct window {
	u64 start, end, cpu;
} windows[FLOE_WINDOWS_MAX];

static u64 frame; /* ticks */
static unsigned int nwindows;
static struct list parked = { &parked, &parked }; /* threads, by thread.ready */

/* Those of a list that may not run there any more go elsewhere, or are parked. */
static void clear(struct list *queue, const struct hart *hart)
{
	list_for_each_safe(struct thread, t, next, queue, ready)
		if (!(t->windows & hart->window))
			sched_requeue(t);
}

static void change_threads(struct hart *hart)
{
	struct run_queue *rq = &hart->rq;

	for (unsigned int p = 0; p < RT_PRIORITIES; p++)
		clear(&rq->rt[p], hart);
	clear(&rq->active, hart);
	clear(&rq->expired, hart);
	clear(&rq->reserved, hart);
	budget_windows_changed();
	list_for_each_safe(struct thread, t, next, &parked, ready)
		if (place_allows(t, hart))
			sched_requeue(t);
	sched_request(WORK_RESCHEDULE | WORK_TIMER);
}

/* One of this hart's windows begins or ends. */
static void change(struct timer *timer)
{
	struct hart *hart = container_of(timer, struct hart, window_timer);
	u64 now = cpu_time(), phase = now % frame, next = frame;
	unsigned int which = FLOE_WINDOWS_MAX;

	for (unsigned int i = 0; i < nwindows; i++) {
		const struct window *w = &windows[i];

		if (w->cpu != hart->index || phase >= w->end)
			continue;
		if (phase >= w->start)
			which = i;
		next = min_u64(next, phase < w->start ? w->start : w->end);
	}
	hart->window = (u64)1 << which;
	trace_at(now, FloeTraceWindow, which, 0);
	timer_arm(&hart->rq.timers, timer, now - phase + next);
	change_threads(hart);
}

static bool overlaps(const struct window *added)
{
	for (const struct window *w = windows; w < windows + nwindows; w++)
		if (w->cpu == added->cpu && added->start < w->end && added->end > w->start)
			return true;
	return false;
}

bool window_is_valid(u64 frame_us, u64 cpu, u64 start_us, u64 duration_us)
{
	return cpu < nharts && frame_us <= FLOE_FRAME_MAX && duration_us >= FLOE_WINDOW_MIN &&
	       start_us <= frame_us && duration_us <= frame_us - start_us;
}

Retcode window_add(u64 frame_us, u64 cpu, u64 start_us, u64 duration_us)
{
	struct window *added = &windows[nwindows];
	struct hart *hart;
	u64 length;

	if (counters.tasks > 1)
		return rcInvalidOperation;
	if (nwindows == FLOE_WINDOWS_MAX)
		return rcQuotaExceeded;
	length = ticks_from_us(frame_us);
	*added = (struct window){ ticks_from_us(start_us), ticks_from_us(start_us + duration_us),
				  cpu };
	if (!nwindows)
		frame = length;
	if (frame != length || overlaps(added))
		return rcInvalidArgument;
	nwindows++;
	hart = harts[cpu];
	timer_cancel(&hart->window_timer);
	hart->window_timer.expired = change;
	timer_arm(&hart->rq.timers, &hart->window_timer, cpu_time());
	sched_request_of(hart, WORK_TIMER);
	return rcOk;
}

void window_admit(struct thread *t, const TaskLimits *limits)
{
	/* With this bit the others are only for those that it creates. */
	t->windows = limits->windows & FLOE_NO_WINDOW ? FLOE_NO_WINDOW : limits->windows;
	t->guarded = t->budget || nwindows;
}

bool window_park(const struct hart *hart, struct thread *t)
{
	if (t->windows & hart->window)
		return false;
	t->state = THREAD_PARKED;
	list_add_tail(&parked, &t->ready);
	return true;
}
