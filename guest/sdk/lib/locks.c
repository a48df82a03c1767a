/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's locks (picolibc, <sys/lock.h>): with them malloc(), stdio and
 * the like may be called from several threads. They are held for a moment only,
 * so whoever waits sleeps and tries again: nobody spins on, and a holder of lower
 * priority gets the hart.
 */
#include <coresrv/thread/thread_api.h>
#include <stdlib.h>
#include <sys/lock.h>

/* All locks are recursive; a thread is known by its thread-local block. */
struct __lock {
	const void *holder; /* NULL: nobody */
	unsigned depth;
};

struct __lock __lock___libc_recursive_mutex;

/* Streams that were made without a lock of their own share one. */
static struct __lock shared;

struct __lock floe_input_lock;

static const void *self(void)
{
	static _Thread_local char mark;

	return &mark;
}

static int try(struct __lock *lock)
{
	const void *expected = NULL, *me = self();

	if (__atomic_load_n(&lock->holder, __ATOMIC_RELAXED) != me &&
	    !__atomic_compare_exchange_n(&lock->holder, &expected, me, 0, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return 0;
	lock->depth++;
	return 1;
}

/* Not all versions of the header have these two. */
int __retarget_lock_try_acquire(_LOCK_T lock);
int __retarget_lock_try_acquire_recursive(_LOCK_T lock);

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	lock = lock ? lock : &shared;
	while (!try(lock))
		KnSleep(1);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	return try(lock ? lock : &shared);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	lock = lock ? lock : &shared;
	/* Closing a stream releases its lock once more than it was taken. */
	if (lock->holder == self() && !--lock->depth)
		__atomic_store_n(&lock->holder, NULL, __ATOMIC_RELEASE);
}

/* A stream without memory for its lock shares one. */
void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	*lock = calloc(1, sizeof(**lock));
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_init(_LOCK_T *lock)
{
	__retarget_lock_init_recursive(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
	__retarget_lock_close_recursive(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	__retarget_lock_acquire_recursive(lock);
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
	return __retarget_lock_try_acquire_recursive(lock);
}

void __retarget_lock_release(_LOCK_T lock)
{
	__retarget_lock_release_recursive(lock);
}
