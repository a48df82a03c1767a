/* SPDX-License-Identifier: Apache-2.0 */
#include "scp_write.h"

#include <stdlib.h>
#include <string.h>

/* Adds up the strings' sizes with their NULs, and counts them. */
static rtl_uint32_t count_strings(const char *const *strings, rtl_size_t *size)
{
	rtl_uint32_t count = 0;

	for (; strings && strings[count]; count++)
		*size += strlen(strings[count]) + 1;
	return count;
}

static char *append(char *to, const char *const *strings, rtl_uint32_t count)
{
	for (rtl_uint32_t i = 0; i < count; i++)
		to = stpcpy(to, strings[i]) + 1;
	return to;
}

Retcode floe_scp_write(const char *name, const char *const *args, const char *const *envs,
		       void **page, rtl_size_t *size)
{
	FloeScpHeader *header;
	rtl_uint32_t arg_count, env_count;
	char *next;

	*size = sizeof(*header) + strlen(name) + 1;
	arg_count = count_strings(args, size);
	env_count = count_strings(envs, size);
	if (*size > FLOE_ENV_MAX)
		return rcBufferTooLarge;
	header = malloc(*size);
	if (!header)
		return rcOutOfMemory;
	*header = (FloeScpHeader){
		.magic = FLOE_SCP_MAGIC,
		.size = (rtl_uint32_t)*size,
		.argCount = arg_count + 1,
		.envCount = env_count,
	};
	next = append((char *)(header + 1), &name, 1);
	next = append(next, args, arg_count);
	append(next, envs, env_count);
	*page = header;
	return rcOk;
}
