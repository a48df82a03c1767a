/* SPDX-License-Identifier: Apache-2.0 */
/* From a partition of the manifest to a process that may be started. */
#include "init.h"

#include "elf_reader.h"

#include <coresrv/handle/handle_api.h>
#include <kos/romfs.h>
#include <kos/task.h>
#include <stdio.h>
#include <string.h>

enum {
	WHERE_SIZE = 256,
	SENTENCE_SIZE = 512,
};

void report_mistake(void *context, const char *name, const char *where, const char *sentence)
{
	(void)context;
	printf("manifest error: %s: %s: %s\n", name, where, sentence);
}

static void report_property(const struct manifest_partition *p, const char *error,
			    const char *property, const char *sentence)
{
	char where[WHERE_SIZE];

	snprintf(where, sizeof(where), "/partitions/%s/%s", p->name, property);
	report_mistake(NULL, error, where, sentence);
}

bool check_image(const struct manifest_partition *p)
{
	const char *file;
	char sentence[SENTENCE_SIZE];
	struct elf_image elf;
	const void *data;
	rtl_size_t size;
	enum elf_error error;

	if (!p->image)
		return false; /* reported with the manifest's mistakes */
	file = manifest_base_name(p->image);
	if (KosRomfsMap(file, &data, &size) != rcOk) {
		snprintf(sentence, sizeof(sentence), "there is no file %s in ROMFS; pack it", file);
		report_property(p, "missing-image", "image", sentence);
		return false;
	}
	error = elf_parse(&elf, data, size);
	if (error == ELF_OK && elf.writable_executable && !p->allow_rwx)
		error = ELF_WRITABLE_EXECUTABLE;
	if (error == ELF_OK)
		return true;
	snprintf(sentence, sizeof(sentence), "%s %s", file, elf_error_text(error));
	report_property(p, elf_error_name(error), "image", sentence);
	return false;
}

/*
 * What the manifest can be blamed for is named so, all else by the call that
 * failed. Copies of segments count for init, whose limit is the machine's memory.
 */
static void report_failure(const struct manifest_partition *p, const char *call, Retcode rc)
{
	bool is_copying = strcmp(call, "KnElfCreateVmSegEx") == 0;

	if (rc == rcQuotaExceeded && p->memory_limit && !is_copying)
		report_property(p, "not-enough-memory", "memory-limit",
				"the partition's limit is too low to load its image; raise it");
	else if (rc == rcOutOfMemory || rc == rcQuotaExceeded)
		report_property(p, "not-enough-memory", "image",
				"the machine has not enough memory to load it; give it more, or "
				"take partitions out");
	else if (rc == rcSecurityDisallow && strcmp(call, "KnTaskSetLimits") == 0 &&
		 !(p->cpus & ~KnTaskGetGsi()->cpuMask) && p->memory_limit)
		report_property(p, "bad-value", "memory-limit",
				"the machine has less memory; write less, or leave it out");
	else if (rc == rcSecurityDisallow && p->cpus && strcmp(call, "KnTaskSetLimits") == 0)
		report_property(p, "bad-value", "cpus",
				"the machine has not all of these CPUs; name some that it has");
	else
		printf("cannot load %s: %s gave %s\n", p->name, call, RtlRetcodeName(rc));
}

static Retcode promise_cpu_time(const struct manifest_partition *p, Handle task)
{
	rtl_uint32_t budget, period;
	bool soft;

	manifest_cpu_time(p, &budget, &period, &soft);
	return budget ? KnTaskSetCpuBudget(task, budget, period, soft ? TaskBudgetSoft : 0) : rcOk;
}

bool load_partition(const struct manifest_partition *p, Handle *task)
{
	const TaskLimits limits = {
		.memoryLimit = p->memory_limit,
		.maxTasks = p->may_create,
		.permissions = (p->allow_rwx ? TaskMayRwx : 0u) |
			       (p->inspect ? TaskMayInspect : 0u),
		.cpuMask = p->cpus,
		.windows = p->windows ? p->windows : FLOE_NO_WINDOW,
	};
	const KosTaskParams params = {
		.eiid = p->eiid,
		.args = p->args,
		.envs = p->env,
		.flags = p->on_exception == ON_EXCEPTION_FREEZE ? KOS_TASK_FLAG_DUMPABLE : 0,
		.policy = (ThreadSchedPolicy)p->policy,
		.priority = p->priority,
		.stackSize = p->stack_size,
		.limits = &limits,
	};
	Retcode rc = KosTaskInitEx(&params, p->name, manifest_base_name(p->image), task);

	if (rc != rcOk) {
		report_failure(p, KosTaskFailedCall(), rc);
		return false;
	}
	rc = promise_cpu_time(p, *task);
	if (rc == rcOk)
		return true;
	report_failure(p, "KnTaskSetCpuBudget", rc);
	KnHandleClose(*task);
	return false;
}
