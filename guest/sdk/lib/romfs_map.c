/* SPDX-License-Identifier: Apache-2.0 */
#include "romfs.h"

#include <coresrv/task/task_api.h>
#include <kos/romfs.h>

Retcode KosRomfsMap(const char *name, const void **data, rtl_size_t *size)
{
	const Pcb *pcb = KnTaskGetPcb();
	struct romfs fs;
	struct romfs_file file;

	if (!name || !data || !size)
		return rcInvalidArgument;
	if (!pcb->romfs || !romfs_open(&fs, (const void *)pcb->romfs, pcb->romfsSize) ||
	    !romfs_find(&fs, name, &file))
		return rcResourceNotFound;
	*data = file.data;
	*size = file.size;
	return rcOk;
}
