/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What POSIX does with a file's name without opening it. Nothing but ROMFS is there, which
 * nobody writes. Weak, as is all that programs from elsewhere may bring themselves.
 */
#include "fail.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((weak)) int stat(const char *restrict path, struct stat *restrict st)
{
	int fd = open(path, O_RDONLY), result;

	if (fd < 0)
		return -1;
	result = fstat(fd, st);
	close(fd);
	return result;
}

/* Fails as if nothing were there or, where something is, with the error. */
static int fail_on(const char *path, int error)
{
	struct stat st;

	return stat(path, &st) == 0 ? fail(error) : -1;
}

__attribute__((weak)) int access(const char *path, int mode)
{
	struct stat st;

	if (mode & (W_OK | X_OK))
		return fail_on(path, mode & W_OK ? EROFS : EACCES);
	return stat(path, &st);
}

__attribute__((weak)) int unlink(const char *path)
{
	return fail_on(path, EROFS);
}

__attribute__((weak)) int rename(const char *path, const char *other)
{
	(void)other;
	return fail_on(path, EROFS);
}
