/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file functions that the C library stands on: descriptors 0 to 2 are the
 * console, the others files of ROMFS, which open under /romfs/ and read only.
 */
#include "console.h"
#include "fail.h"

#include <fcntl.h>
#include <kos/random/random_api.h>
#include <kos/romfs.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/romfs/"

enum {
	CONSOLE_COUNT = 3,
	FILE_COUNT = 32,
};

struct file {
	const char *data; /* NULL: the descriptor is free */
	size_t size;
	size_t position; /* may be beyond the size */
};

static struct file files[FILE_COUNT];

static bool is_console(int fd)
{
	return fd >= 0 && fd < CONSOLE_COUNT;
}

static struct file *file_of(int fd)
{
	int i = fd - CONSOLE_COUNT;

	return i >= 0 && i < FILE_COUNT && files[i].data ? &files[i] : NULL;
}

/* Several threads may look for a free one. */
static bool claim(struct file *file, const char *data)
{
	const char *none = NULL;

	return __atomic_compare_exchange_n(&file->data, &none, data, 0, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

int open(const char *path, int flags, ...)
{
	const void *data;
	rtl_size_t size;
	int i = 0;

	if (strncmp(path, FOLDER, strlen(FOLDER)) != 0 ||
	    KosRomfsMap(path + strlen(FOLDER), &data, &size) != rcOk)
		return fail(flags & O_CREAT ? EROFS : ENOENT);
	if ((flags & O_ACCMODE) != O_RDONLY)
		return fail(EROFS);
	while (i < FILE_COUNT && !claim(&files[i], data))
		i++;
	if (i == FILE_COUNT)
		return fail(EMFILE);
	files[i].size = size;
	files[i].position = 0;
	return i + CONSOLE_COUNT;
}

int close(int fd)
{
	struct file *file = file_of(fd);

	if (!file && !is_console(fd))
		return fail(EBADF);
	if (file)
		file->data = NULL;
	return 0;
}

ssize_t read(int fd, void *buffer, size_t size)
{
	struct file *file = file_of(fd);
	size_t left;

	if (fd == STDIN_FILENO)
		return (ssize_t)floe_console_read(buffer, size);
	if (!file)
		return fail(EBADF);
	left = file->position < file->size ? file->size - file->position : 0;
	if (size > left)
		size = left;
	memcpy(buffer, file->data + file->position, size);
	file->position += size;
	return (ssize_t)size;
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	if (fd != STDOUT_FILENO && fd != STDERR_FILENO)
		return fail(EBADF);
	if (!floe_console_write(buffer, size))
		return fail(EIO);
	return (ssize_t)size;
}

off_t lseek(int fd, off_t offset, int whence)
{
	struct file *file = file_of(fd);
	off_t base = 0;

	if (!file)
		return fail(is_console(fd) ? ESPIPE : EBADF);
	if (whence == SEEK_CUR)
		base = (off_t)file->position;
	else if (whence == SEEK_END)
		base = (off_t)file->size;
	else if (whence != SEEK_SET)
		return fail(EINVAL);
	if (__builtin_add_overflow(base, offset, &base) || base < 0)
		return fail(EINVAL);
	file->position = (size_t)base;
	return base;
}

int fstat(int fd, struct stat *st)
{
	const struct file *file = file_of(fd);

	if (!file && !is_console(fd))
		return fail(EBADF);
	memset(st, 0, sizeof(*st));
	st->st_mode = file ? S_IFREG | S_IRUSR | S_IRGRP | S_IROTH : S_IFCHR | S_IRUSR | S_IWUSR;
	st->st_size = file ? (off_t)file->size : 0;
	st->st_blksize = FLOE_PAGE_SIZE;
	return 0;
}

int isatty(int fd)
{
	if (is_console(fd))
		return 1;
	fail(file_of(fd) ? ENOTTY : EBADF);
	return 0;
}

/* For the C library's own random functions. */
int getentropy(void *buffer, size_t size)
{
	return KosRandomGenerate(size, buffer) == rcOk ? 0 : fail(EIO);
}
