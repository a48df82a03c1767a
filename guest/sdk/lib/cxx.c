/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the C++ compiler calls, for programs that have no C++ library, nor exceptions and
 * RTTI, which need one: new and delete, variables in functions that are made on the first
 * call, pure virtual functions. The symbols are those of the Itanium C++ ABI for RISC-V,
 * weak, for programs define operators of their own.
 */
#include <coresrv/thread/thread_api.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#define SYMBOL(name) __asm__(name) __attribute__((weak))

void *floe_cxx_new(size_t size) SYMBOL("_Znwm");
void *floe_cxx_new_array(size_t size) SYMBOL("_Znam");
void *floe_cxx_new_aligned(size_t size, size_t align) SYMBOL("_ZnwmSt11align_val_t");
void *floe_cxx_new_array_aligned(size_t size, size_t align) SYMBOL("_ZnamSt11align_val_t");
void floe_cxx_delete(void *object) SYMBOL("_ZdlPv");
void floe_cxx_delete_array(void *object) SYMBOL("_ZdaPv");
void floe_cxx_delete_sized(void *object, size_t size) SYMBOL("_ZdlPvm");
void floe_cxx_delete_array_sized(void *object, size_t size) SYMBOL("_ZdaPvm");
void floe_cxx_delete_aligned(void *object, size_t align) SYMBOL("_ZdlPvSt11align_val_t");
void floe_cxx_delete_array_aligned(void *object, size_t align) SYMBOL("_ZdaPvSt11align_val_t");
void floe_cxx_delete_sized_aligned(void *object, size_t size, size_t align)
	SYMBOL("_ZdlPvmSt11align_val_t");
void floe_cxx_delete_array_sized_aligned(void *object, size_t size, size_t align)
	SYMBOL("_ZdaPvmSt11align_val_t");
int __cxa_guard_acquire(uint32_t *guard) SYMBOL("__cxa_guard_acquire");
void __cxa_guard_release(uint32_t *guard) SYMBOL("__cxa_guard_release");
void __cxa_pure_virtual(void) SYMBOL("__cxa_pure_virtual");

/* Without exceptions there is no other way to say that there is no memory. */
static void *checked(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Each object has an address of its own, one without a size as well. */
void *floe_cxx_new(size_t size)
{
	return checked(malloc(size + !size));
}

void *floe_cxx_new_array(size_t size)
{
	return floe_cxx_new(size);
}

void *floe_cxx_new_aligned(size_t size, size_t align)
{
	return checked(memalign(align, size + !size));
}

void *floe_cxx_new_array_aligned(size_t size, size_t align)
{
	return floe_cxx_new_aligned(size, align);
}

void floe_cxx_delete(void *object)
{
	free(object);
}

void floe_cxx_delete_array(void *object)
{
	floe_cxx_delete(object);
}

void floe_cxx_delete_sized(void *object, size_t size)
{
	(void)size;
	floe_cxx_delete(object);
}

void floe_cxx_delete_array_sized(void *object, size_t size)
{
	(void)size;
	floe_cxx_delete_array(object);
}

void floe_cxx_delete_aligned(void *object, size_t align)
{
	(void)align;
	free(object);
}

void floe_cxx_delete_array_aligned(void *object, size_t align)
{
	floe_cxx_delete_aligned(object, align);
}

void floe_cxx_delete_sized_aligned(void *object, size_t size, size_t align)
{
	(void)size;
	floe_cxx_delete_aligned(object, align);
}

void floe_cxx_delete_array_sized_aligned(void *object, size_t size, size_t align)
{
	(void)size;
	floe_cxx_delete_array_aligned(object, align);
}

/* Of a guard the compiler reads the first byte: not 0 when the variable has been made. */
enum {
	GUARD_MADE = 1,
	GUARD_BUSY = 0x100,
};

/* 1: the caller is to make the variable; whoever comes meanwhile waits. */
int __cxa_guard_acquire(uint32_t *guard)
{
	for (;;) {
		uint32_t seen = 0;

		if (__atomic_compare_exchange_n(guard, &seen, GUARD_BUSY, 0, __ATOMIC_ACQUIRE,
						__ATOMIC_ACQUIRE))
			return 1;
		if (seen == GUARD_MADE)
			return 0;
		KnSleep(1);
	}
}

void __cxa_guard_release(uint32_t *guard)
{
	__atomic_store_n(guard, GUARD_MADE, __ATOMIC_RELEASE);
}

void __cxa_pure_virtual(void)
{
	abort();
}
