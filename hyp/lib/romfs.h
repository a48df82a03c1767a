/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of romfs images (the format of genromfs), shared by the hypervisor
 * and the guest SDK. It only looks at the regular files of the root directory
 * and copies nothing: what it gives points into the image.
 *
 * The image is untrusted: every offset is checked against the image's own size
 * and that against the memory it lies in; a chain of files only ever goes
 * forward, so that every walk ends. Sizes and offsets are in bytes.
 */
#ifndef FLOE_LIB_ROMFS_H
#define FLOE_LIB_ROMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct romfs {
	const uint8_t *image;
	size_t size;  /* as the image's header says */
	size_t first; /* offset of the first file header */
};

struct romfs_file {
	const char *name; /* NUL-terminated */
	const uint8_t *data;
	size_t size;
};

/*
 * Takes the image at `image`, for which `available` bytes of memory may be
 * read. False if it is no romfs image, is longer than that, or its checksum is
 * wrong; `fs` is then unusable.
 */
bool romfs_open(struct romfs *fs, const void *image, size_t available);

/*
 * Finds a regular file of the root directory by its name; false if there is none before
 * the end, or before where the image is damaged.
 */
bool romfs_find(const struct romfs *fs, const char *name, struct romfs_file *file);

#endif
