// SPDX-License-Identifier: Apache-2.0
#include "inspect/image.h"

#include "inspect/bytes.h"

#include <string.h>

/* ELF64, from the ELF specification: sizes and the offsets of fields. */
enum {
	HEADER_SIZE = 64,
	E_TYPE = 16,
	E_MACHINE = 18,
	E_ENTRY = 24,
	E_PHOFF = 32,
	E_FLAGS = 48,
	E_PHENTSIZE = 54,
	E_PHNUM = 56,
	PHDR_SIZE = 56,
	P_TYPE = 0,
	P_VADDR = 16,
	P_FILESZ = 32,
	PT_LOAD = 1,
	ET_EXEC = 2,
	ET_DYN = 3,
	EM_RISCV = 243,
	MAX_HEADERS = 64,
	MAX_REGIONS = 64, /* that are looked at for a header */
};

static bool read_all(const struct inspect_target *t, uint64_t address, void *to, size_t size)
{
	return size - 1 <= UINT64_MAX - address && t->read(t->context, address, to, size) == size;
}

static void add_segment(struct image *image, uint64_t offset, const uint8_t *ph)
{
	uint64_t begin = load_le(ph + P_VADDR, 8) + offset;
	uint64_t size = load_le(ph + P_FILESZ, 8);

	if (load_le(ph + P_TYPE, 4) != PT_LOAD)
		return;
	if (image->content_count == 0)
		image->base = begin & ~(uint64_t)(INSPECT_PAGE - 1);
	if (image->content_count < IMAGE_SEGMENTS && size <= UINT64_MAX - begin)
		image->content[image->content_count++] = (struct image_content){ begin,
										 begin + size };
}

/* `at`: where the file's first byte would lie. */
static bool find_at(const struct inspect_target *t, uint64_t at, struct image *image)
{
	static const uint8_t magic[] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };
	uint8_t h[HEADER_SIZE], ph[PHDR_SIZE];
	uint64_t type, offset, table;

	*image = (struct image){ 0 };
	if (!read_all(t, at, h, sizeof(h)) || memcmp(h, magic, sizeof(magic)) != 0 ||
	    load_le(h + E_MACHINE, 2) != EM_RISCV || load_le(h + E_PHENTSIZE, 2) != PHDR_SIZE)
		return false;
	type = load_le(h + E_TYPE, 2);
	image->header_count = (uint32_t)load_le(h + E_PHNUM, 2);
	if ((type != ET_EXEC && type != ET_DYN) || image->header_count > MAX_HEADERS)
		return false;
	offset = type == ET_DYN ? t->load_offset : 0;
	table = at + load_le(h + E_PHOFF, 8);
	image->headers = table;
	image->flags = (uint32_t)load_le(h + E_FLAGS, 4);
	image->entry = load_le(h + E_ENTRY, 8) + offset;
	for (uint32_t i = 0; i < image->header_count; i++) {
		if (!read_all(t, table + (uint64_t)i * PHDR_SIZE, ph, sizeof(ph)))
			return false;
		add_segment(image, offset, ph);
	}
	/* A copy of some other file that the program has read does not begin where it says. */
	image->found = image->content_count && image->base == at &&
		       (!t->entry || t->entry == image->entry);
	return image->found;
}

void image_find(const struct inspect_target *t, struct image *image)
{
	struct inspect_region r = { 0 };

	if (find_at(t, t->load_offset, image))
		return;
	for (int i = 0; i < MAX_REGIONS && t->region(t->context, i == 0, r.base, &r); i++)
		if (find_at(t, r.base, image))
			return;
	*image = (struct image){ .entry = t->entry };
}

bool image_fills(const struct image *image, uint64_t address, uint64_t size)
{
	for (uint32_t i = 0; i < image->content_count; i++) {
		const struct image_content *c = &image->content[i];

		if (c->begin < c->end && address <= c->end - 1 && c->begin <= address + (size - 1))
			return true;
	}
	return false;
}
