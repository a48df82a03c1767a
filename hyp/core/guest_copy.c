/* SPDX-License-Identifier: Apache-2.0 */
#include "core/guest_copy.h"

#include <string.h>

/* Host memory at an address: at most *bytes of it, which becomes what there is. */
static void *piece(struct vm *vm, gpa_t gpa, u32 access, u64 *bytes)
{
	u64 left;
	void *host = vm_resolve(vm, gpa, access, &left);

	*bytes = host ? min_u64(*bytes, left) : 0;
	return host;
}

/* Copies from or to a guest; with neither it only makes sure that this can be done. */
static bool copy(struct vm *vm, gpa_t gpa, u64 bytes, u32 access, char *to, const char *from)
{
	while (bytes) {
		u64 n = bytes;
		void *host = piece(vm, gpa, access, &n);

		if (!host)
			return false;
		if (to) {
			memcpy(to, host, n);
			to += n;
		} else if (from) {
			memcpy(host, from, n);
			from += n;
		}
		gpa += n;
		bytes -= n;
	}
	return true;
}

Retcode guest_check_read(struct vm *vm, gpa_t from, u64 bytes)
{
	return guest_read(vm, from, NULL, bytes);
}

Retcode guest_check_write(struct vm *vm, gpa_t to, u64 bytes)
{
	return copy(vm, to, bytes, VMM_FLAG_WRITE, NULL, NULL) ? rcOk : rcTargetFault;
}

Retcode guest_read(struct vm *vm, gpa_t from, void *to, u64 bytes)
{
	return copy(vm, from, bytes, VMM_FLAG_READ, to, NULL) ? rcOk : rcSourceFault;
}

void guest_write(struct vm *vm, gpa_t to, const void *from, u64 bytes)
{
	copy(vm, to, bytes, VMM_FLAG_WRITE, NULL, from);
}

void guest_read_object(struct vm *vm, gpa_t from, const struct memobj *mem, u64 offset, u64 bytes)
{
	while (bytes) {
		u64 n = bytes;
		const void *host = piece(vm, from, VMM_FLAG_READ, &n);

		if (!host)
			return;
		memobj_write(mem, offset, host, n);
		from += n;
		offset += n;
		bytes -= n;
	}
}

Retcode guest_read_string(struct vm *vm, gpa_t from, char *to, u64 size)
{
	while (size) {
		u64 n = size;
		const char *host = piece(vm, from, VMM_FLAG_READ, &n);
		const char *nul = host ? memchr(host, 0, n) : NULL;

		if (!host)
			return rcSourceFault;
		if (nul)
			n = (u64)(nul - host) + 1;
		memcpy(to, host, n);
		if (nul) {
			/* The guest may have changed it meanwhile. */
			to[n - 1] = 0;
			return rcOk;
		}
		to += n;
		from += n;
		size -= n;
	}
	return rcBufferTooLarge;
}

u64 guest_peek(const struct vm *vm, gpa_t from, void *to, u64 bytes)
{
	u64 done = 0;

	while (done < bytes) {
		struct pgtable_leaf leaf;
		u64 n;

		if ((!vm_lookup(vm, from + done, &leaf) &&
		     !vm_lookup_object(vm, from + done, &leaf)) ||
		    (leaf.prot & (VMM_FLAG_READ | VMM_FLAG_CACHE_MASK)) != VMM_FLAG_READ)
			break;
		n = min_u64(leaf.left, bytes - done);
		memcpy((char *)to + done, leaf.page, n);
		done += n;
	}
	return done;
}

bool guest_is_code(const struct vm *vm, gpa_t gpa)
{
	struct pgtable_leaf leaf;

	return vm_lookup(vm, gpa, &leaf) && (leaf.prot & VMM_FLAG_EXECUTE);
}
