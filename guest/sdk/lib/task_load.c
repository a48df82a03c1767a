/* SPDX-License-Identifier: Apache-2.0 */
/* <kos/task.h>: the steps from an image in ROMFS to a process that may be started. */
#include "scp_keep.h"
#include "scp_write.h"
#include "task_failed.h"

#include <coresrv/elf/elf_api.h>
#include <coresrv/handle/handle_api.h>
#include <kos/random/random_api.h>
#include <kos/romfs.h>
#include <kos/task.h>
#include <rtl/random.h>
#include <stdlib.h>

/* What KnElfCreateVmSegEx() gives. */
struct image {
	TaskInitialState state;
	VmSeg *segs;
	rtl_size_t count;
	unsigned sym_index, str_index;
	rtl_size_t sym_size, str_size;
	void *header;
	rtl_size_t header_size;
};

static _Thread_local const char *failed_call = "none";

Retcode floe_check(Retcode rc, const char *call)
{
	if (rc != rcOk)
		failed_call = call;
	return rc;
}

const char *KosTaskFailedCall(void)
{
	return failed_call;
}

static Retcode seed_addresses(Handle task)
{
	rtl_uint8_t seed[FLOE_SEED_MAX];
	Retcode rc = floe_check(KosRandomGenerate(sizeof(seed), seed), "KosRandomGenerate");

	if (rc == rcOk)
		rc = floe_check(KnTaskReseedAslr(task, seed, sizeof(seed)), "KnTaskReseedAslr");
	RtlRandomMemSanitize(seed, sizeof(seed));
	return rc;
}

static Retcode load_segments(Handle task, const struct image *image)
{
	rtl_uintptr_t address;
	Retcode rc = rcOk;

	for (rtl_size_t i = 0; i < image->count && rc == rcOk; i++)
		if (i != image->sym_index && i != image->str_index)
			rc = floe_check(KnTaskLoadSeg(task, &image->segs[i], &address),
					"KnTaskLoadSeg");
	if (rc == rcOk && image->sym_size)
		rc = floe_check(KnTaskLoadElfSyms(task, &image->segs[image->sym_index],
						  image->sym_size, &image->segs[image->str_index],
						  image->str_size),
				"KnTaskLoadElfSyms");
	return rc;
}

static Retcode load_image(Handle task, const void *data, rtl_size_t size)
{
	struct image image;
	Retcode rc = floe_check(KnElfCreateVmSegEx(data, size, &image.state.entryAddr,
						   &image.state.relocBase, &image.segs,
						   &image.count, &image.sym_index, &image.sym_size,
						   &image.str_index, &image.str_size, &image.header,
						   &image.header_size),
				"KnElfCreateVmSegEx");

	if (rc != rcOk)
		return rc;
	rc = load_segments(task, &image);
	if (rc == rcOk)
		rc = floe_check(KnTaskSetInitialState(task, &image.state), "KnTaskSetInitialState");
	if (rc == rcOk)
		rc = floe_check(KnTaskSetElfHdr(task, image.header, image.header_size),
				"KnTaskSetElfHdr");
	KnElfFreeVmSeg(image.segs, image.count);
	return rc;
}

static Retcode set_env(Handle task, const KosTaskParams *params, const char *name)
{
	void *page;
	rtl_size_t size;
	Retcode rc = floe_check(floe_scp_write(name, params->args, params->envs, &page, &size),
				"KnTaskSetEnv");

	if (rc != rcOk)
		return rc;
	rc = floe_check(KnTaskSetEnv(task, page, size), "KnTaskSetEnv");
	if (rc == rcOk)
		rc = floe_check(floe_scp_keep(task, page), "KnTaskSetEnv");
	if (rc != rcOk)
		free(page);
	return rc;
}

/* Everything between the creation and the start. */
static Retcode prepare(Handle task, const KosTaskParams *params, const char *name, const char *path)
{
	const void *data;
	rtl_size_t size;
	Retcode rc = floe_check(KosRomfsMap(path, &data, &size), "KosRomfsMap");

	if (rc == rcOk)
		rc = floe_check(KnTaskSetPath(task, path), "KnTaskSetPath");
	if (rc == rcOk && params->limits)
		rc = floe_check(KnTaskSetLimits(task, params->limits), "KnTaskSetLimits");
	if (rc == rcOk)
		rc = seed_addresses(task);
	if (rc == rcOk)
		rc = load_image(task, data, size);
	if (rc == rcOk)
		rc = set_env(task, params, name);
	if (rc == rcOk)
		rc = floe_check(
			KnTaskSetInitialPolicy(task, params->policy, params->priority, RTL_NULL),
			"KnTaskSetInitialPolicy");
	return rc;
}

/* By its only handle: the process goes with it. */
static void discard(Handle task)
{
	floe_scp_forget(task);
	KnHandleClose(task);
}

Retcode KosTaskInitEx(const KosTaskParams *params, const char *name, const char *path, Handle *task)
{
	rtl_uint32_t flags = TaskEmpty;
	Handle made;
	Retcode rc;

	if (!params || !name || !path || !task || (params->flags & ~KOS_TASK_FLAG_DUMPABLE))
		return floe_check(rcInvalidArgument, "KosTaskInitEx");
	flags |= params->flags & KOS_TASK_FLAG_DUMPABLE ? TaskExceptionFreezesTask
							: TaskExceptionTerminatesTask;
	rc = floe_check(KnTaskCreateEx(name, params->eiid ? params->eiid : name, RTL_NULL,
				       params->stackSize, ThreadPriorityNormal, flags, &made),
			"KnTaskCreateEx");
	if (rc != rcOk)
		return rc;
	rc = prepare(made, params, name, path);
	if (rc == rcOk)
		*task = made;
	else
		discard(made);
	return rc;
}

Retcode KosTaskInit(const KosTaskParams *params, Handle *task)
{
	if (!params)
		return floe_check(rcInvalidArgument, "KosTaskInit");
	return KosTaskInitEx(params, params->eiid, params->eiid, task);
}

Retcode KosTaskLaunch(const KosTaskParams *params, const char *name, const char *path, Handle *task)
{
	Handle made;
	Retcode rc = task ? KosTaskInitEx(params, name, path, &made)
			  : floe_check(rcInvalidArgument, "KosTaskLaunch");

	if (rc != rcOk)
		return rc;
	rc = floe_check(KnTaskResume(made), "KnTaskResume");
	if (rc == rcOk)
		*task = made;
	else
		discard(made);
	return rc;
}
