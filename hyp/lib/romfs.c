/* SPDX-License-Identifier: Apache-2.0 */
#include "romfs.h"

#include "text.h"

#include <string.h>

/*
 * The format: all numbers are big-endian words, all parts begin at multiples
 * of 16 bytes. Image header: magic, size, checksum, volume name. File header:
 * offset of the next header with the type in its low 4 bits, a word for
 * special files, size, checksum, name; the data follows.
 */
static const char magic[8] = "-rom1fs-"; /* the array has no room for a NUL */

enum {
	ALIGN = 16,
	IMAGE_SIZE = 8,
	IMAGE_NAME = 16,
	FILE_NEXT = 0,
	FILE_SIZE = 8,
	FILE_NAME = 16,
	TYPE_MASK = 7,
	TYPE_REGULAR = 2,
	OFFSET_MASK = 15,
	CHECKED_BYTES = 512,
};

static uint32_t word_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The offset behind the padded string at `offset`; 0 if it has no end in the image. */
static size_t skip_string(const struct romfs *fs, size_t offset)
{
	const uint8_t *nul;

	if (offset >= fs->size)
		return 0;
	nul = memchr(fs->image + offset, 0, fs->size - offset);
	if (!nul)
		return 0;
	return ((size_t)(nul - fs->image) + ALIGN) / ALIGN * ALIGN;
}

/* The words of the image's first 512 bytes add up to 0. */
static bool checksum_is_right(const struct romfs *fs)
{
	size_t end = fs->size < CHECKED_BYTES ? fs->size : CHECKED_BYTES;
	uint32_t sum = 0;

	for (size_t i = 0; i + 4 <= end; i += 4)
		sum += word_at(fs->image + i);
	return sum == 0;
}

bool romfs_open(struct romfs *fs, const void *image, size_t available)
{
	fs->image = image;
	if (available < IMAGE_NAME + ALIGN || memcmp(image, magic, sizeof(magic)) != 0)
		return false;
	fs->size = word_at(fs->image + IMAGE_SIZE);
	if (fs->size < IMAGE_NAME + ALIGN || fs->size > available)
		return false;
	fs->first = skip_string(fs, IMAGE_NAME);
	return fs->first && checksum_is_right(fs);
}

/* Reads the header at `offset`; false where it is damaged. */
static bool read_header(const struct romfs *fs, size_t offset, struct romfs_file *file)
{
	size_t data = 0;

	if (offset < fs->size && fs->size - offset > FILE_NAME)
		data = skip_string(fs, offset + FILE_NAME);
	if (!data || data > fs->size)
		return false;
	file->name = (const char *)fs->image + offset + FILE_NAME;
	file->data = fs->image + data;
	file->size = word_at(fs->image + offset + FILE_SIZE);
	return file->size <= fs->size - data;
}

bool romfs_find(const struct romfs *fs, const char *name, struct romfs_file *file)
{
	size_t offset = fs->first, before = 0;

	while (offset > before && read_header(fs, offset, file)) {
		uint32_t next = word_at(fs->image + offset + FILE_NEXT);

		if ((next & TYPE_MASK) == TYPE_REGULAR && text_is(file->name, name))
			return true;
		before = offset;
		offset = next & ~(uint32_t)OFFSET_MASK;
	}
	return false;
}
