/* SPDX-License-Identifier: Apache-2.0 */
/* run. */
#include "started.h"

#include "command.h"
#include "elf_reader.h"
#include "process.h"

#include <coresrv/handle/handle_api.h>
#include <kos/romfs.h>
#include <kos/task.h>
#include <stdio.h>
#include <string.h>

enum {
	STARTED_MAX = 16, /* may-create of the shell's node, see ci/pack */
	NAME_SIZE = 64,
};

static struct {
	Pid pid; /* 0: free */
	Handle task;
} started[STARTED_MAX];

static void forget(int i)
{
	KnHandleClose(started[i].task);
	started[i].pid = 0;
}

bool started_forget(Pid pid)
{
	for (int i = 0; i < STARTED_MAX; i++)
		if (started[i].pid == pid) {
			forget(i);
			return true;
		}
	return false;
}

/* A free place, or the one of a process that has ended; -1: none. */
static int find_place(void)
{
	TaskInfo info;

	for (int i = 0; i < STARTED_MAX; i++)
		if (!started[i].pid)
			return i;
	for (int i = 0; i < STARTED_MAX; i++)
		if (KnTaskGetInfo(started[i].task, &info) != rcOk || info.state == TaskStateEnded) {
			forget(i);
			return i;
		}
	return -1;
}

/* "crash.elf" is named "crash"; where that is taken, "crash-2" and so on. */
static void make_name(const char *image, unsigned number, char *name)
{
	const char *dot = strrchr(image, '.');
	size_t length = dot && dot != image ? (size_t)(dot - image) : strlen(image);

	if (length > NAME_SIZE - 16)
		length = NAME_SIZE - 16;
	memcpy(name, image, length);
	name[length] = '\0';
	if (number > 1)
		snprintf(name + length, NAME_SIZE - length, "-%u", number);
}

static Retcode launch(char **argv, char *name, Handle *task)
{
	const KosTaskParams params = {
		.args = (const char *const *)&argv[2],
		.flags = KOS_TASK_FLAG_DUMPABLE,
		.priority = ThreadPriorityNormal,
	};
	Retcode rc = rcAlreadyExists;

	for (unsigned number = 1; rc == rcAlreadyExists && number < 1000; number++) {
		make_name(argv[1], number, name);
		rc = KosTaskLaunch(&params, name, argv[1], task);
	}
	return rc;
}

/* Complains of a file that is no program; true where it is one. */
static bool check_program(const char *file)
{
	struct elf_image elf;
	const void *data;
	rtl_size_t size;
	enum elf_error error;

	if (KosRomfsMap(file, &data, &size) != rcOk) {
		complain("there is no file %s in ROMFS; name it in \"files\" of the manifest",
			 file);
		return false;
	}
	error = elf_parse(&elf, data, size);
	if (error != ELF_OK)
		complain("%s %s", file, elf_error_text(error));
	return error == ELF_OK;
}

void command_run_image(int argc, char **argv)
{
	char *words[COMMAND_WORDS + 1] = { NULL }, name[NAME_SIZE];
	int place = find_place();
	Handle task;
	Pid pid;
	Retcode rc;

	if (place < 0) {
		complain("%d processes of this shell are there already; end some", STARTED_MAX);
		return;
	}
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	if (!check_program(argv[1]))
		return;
	rc = launch(words, name, &task);
	if (failed(rc, KosTaskFailedCall()))
		return;
	if (failed(KnTaskGetIdByHandle(task, &pid), "KnTaskGetIdByHandle")) {
		KnHandleClose(task);
		return;
	}
	started[place].pid = pid;
	started[place].task = task;
	printf("%s (pid %u) runs\n", name, (unsigned)pid);
}
