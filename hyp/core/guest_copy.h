/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access to a guest's memory on its behalf. Addresses come from the guest and
 * are never trusted: everything goes through its G-stage tables, with the
 * access that the guest itself would need, committing pages where a touch of
 * its own would.
 *
 * Inputs are copied before they are looked at; outputs are checked before the
 * call acts, so that storing the result cannot fail.
 */
#ifndef CORE_GUEST_COPY_H
#define CORE_GUEST_COPY_H

#include "core/vm.h"

/* Copies an input; rcSourceFault. */
Retcode guest_read(struct vm *vm, gpa_t from, void *to, u64 bytes);

/* Can all of that be read (rcSourceFault) or written (rcTargetFault)? */
Retcode guest_check_read(struct vm *vm, gpa_t from, u64 bytes);
Retcode guest_check_write(struct vm *vm, gpa_t to, u64 bytes);

/* Stores an output that guest_check_write() has accepted. */
void guest_write(struct vm *vm, gpa_t to, const void *from, u64 bytes);

/* Copies an input that guest_check_read() has accepted into a memory object. */
void guest_read_object(struct vm *vm, gpa_t from, const struct memobj *mem, u64 offset, u64 bytes);

/*
 * Copies a string with its NUL to a buffer of `size` bytes. rcSourceFault;
 * rcBufferTooLarge: no NUL within the size.
 */
Retcode guest_read_string(struct vm *vm, gpa_t from, char *to, u64 size);

/*
 * Copies what is there already, without committing anything: for looking at
 * frozen memory. Returns how many bytes could be read.
 */
u64 guest_peek(const struct vm *vm, gpa_t from, void *to, u64 bytes);

/* Is that mapped memory that the guest may execute? */
bool guest_is_code(const struct vm *vm, gpa_t gpa);

#endif
