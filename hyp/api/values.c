/* SPDX-License-Identifier: Apache-2.0 */
/* What several functions have to check, to convert and to give; compiled to be small. */
#include "api/api.h"

#include "arch/cpu.h"

bool priority_is_valid(u64 policy, u64 priority)
{
	if (policy == ThreadSchedPolicyOther)
		return priority < STD_PRIORITIES;
	return policy <= ThreadSchedPolicyRR && priority < RT_PRIORITIES;
}

Retcode give_handle(const struct call *c, unsigned int arg, struct object *object, u32 rights)
{
	return give_u32(c, arg, handle_open(&c->self->handles, object, rights));
}

u64 deadline(u64 ms)
{
	return (u32)ms == INFINITE_TIMEOUT ? TIME_NEVER : cpu_time() + ticks_from_ms((u32)ms);
}

bool flags_are_valid(u64 flags, u64 allowed)
{
	u64 needed = allowed & (VMM_FLAG_READ | VMM_FLAG_RESERVE);

	return !(flags & ~allowed) && (flags & needed) == needed;
}

bool range_is_valid(enum memory_range range, u64 base, u64 size)
{
	u64 end = range == RANGE_PLACE ? VM_USER_END : VM_END;

	if (range == RANGE_PLACE && !base)
		base = VM_USER_MIN;
	return page_aligned(base | size) && size &&
	       (range == RANGE_SIZE || (base >= VM_USER_MIN && base < end && size <= end - base));
}

Retcode api_memory_check(struct call *c)
{
	const struct api_rules *rules = c->rules;
	bool fits = range_is_valid((enum memory_range)rules->memory.range, c->a[rules->memory.base],
				   c->a[rules->memory.size]);

	if (rules->memory.pages)
		fits = fits && page_aligned(c->a[rules->memory.pages]);
	if (rules->memory.allowed)
		fits = fits && flags_are_valid(c->a[rules->memory.flags], rules->memory.allowed);
	return fits ? rcOk : rcInvalidArgument;
}

Retcode give(const struct call *c, unsigned int arg, const void *result, u64 bytes)
{
	guest_write(&c->self->vm, c->a[arg], result, bytes);
	return rcOk;
}

Retcode give_u32(const struct call *c, unsigned int arg, u32 result)
{
	return give(c, arg, &result, sizeof(result));
}

/* (object, result *): a member of the object. */
Retcode api_get_field(struct call *c)
{
	return give(c, 1, (const char *)c->object + c->rules->field, c->rules->out[0].size);
}
