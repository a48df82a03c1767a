/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a process from an image in ROMFS in one call: all the steps of
 * <coresrv/task/task_api.h>. For a process with may-create in its manifest.
 */
#ifndef KOS_TASK_H
#define KOS_TASK_H

#include <coresrv/task/task_api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* flags of KosTaskParams: an unhandled exception freezes the process. */
#define KOS_TASK_FLAG_DUMPABLE (1u << 0)

typedef struct {
	const char *eiid;         /* its class; RTL_NULL: the name */
	const char *const *args;  /* argv[1] and on, ends with RTL_NULL; RTL_NULL: none */
	const char *const *envs;  /* "NAME=value", ends with RTL_NULL; RTL_NULL: none */
	rtl_uint32_t flags;       /* KOS_TASK_FLAG_* */
	ThreadSchedPolicy policy; /* 0: standard */
	ThreadPriority priority;
	rtl_size_t stackSize;     /* bytes; 0: 1 MiB */
	const TaskLimits *limits; /* RTL_NULL: as KnTaskSetLimits says */
} KosTaskParams;

/*
 * Makes the process `name` from the ROMFS file `path` and loads it, without
 * starting it. argv[0] is its name.
 *
 * rcInvalidArgument: a null pointer, unknown flags, or an image that is no loadable
 * program. rcResourceNotFound: no such file. rcBufferTooLarge: arguments and environment
 * above 131072 bytes. Else what the step that failed gave; nothing is left then.
 */
Retcode KosTaskInitEx(const KosTaskParams *params, const char *name, const char *path,
		      Handle *task);

/* The same with params->eiid as name and image. */
Retcode KosTaskInit(const KosTaskParams *params, Handle *task);

/* KosTaskInitEx() and KnTaskResume(). */
Retcode KosTaskLaunch(const KosTaskParams *params, const char *name, const char *path,
		      Handle *task);

/*
 * KnTaskTransferResource() to a process that KosTaskInit() or KosTaskInitEx() of
 * this program made and nobody has started yet; the process then finds the new
 * handle under `name` with KosTaskLookupResource(). The program keeps what it
 * needs for that until KnTaskResume(); the static connection page is written here, and
 * replaces one that KnTaskSetEnv() wrote in between.
 *
 * rcInvalidArgument: a null pointer, an empty name. rcInvalidOperation: not such
 * a process. rcAlreadyExists: it has a resource of that name. rcBufferTooLarge:
 * the page would exceed 131072 bytes. rcOutOfMemory, rcQuotaExceeded. Else what
 * KnTaskTransferResource() gave.
 */
Retcode KosTaskTransferResource(Handle task, Handle srcHandle, Handle srcBadge,
				rtl_uint32_t dstRights, const char *name);

/*
 * Gives the handle that the creator of the calling process transferred to it
 * under `name`. It is the process's own: each call gives the same one, which the
 * process may close.
 *
 * rcInvalidArgument: a null pointer. rcResourceNotFound: nothing of that name.
 */
Retcode KosTaskLookupResource(const char *name, Handle *handle);

/*
 * The API call that made the latest failed function of this header fail, for
 * messages: "KnTaskLoadSeg". A static string.
 */
const char *KosTaskFailedCall(void);

#ifdef __cplusplus
}
#endif

#endif
