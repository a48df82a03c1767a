/* SPDX-License-Identifier: Apache-2.0 */
/* <coresrv/elf/elf_api.h>: from an ELF image to VmSegs. */
#include "elf_reader.h"

#include <coresrv/elf/elf_api.h>
#include <coresrv/handle/handle_api.h>
#include <coresrv/task/task_api.h>
#include <coresrv/vmm/vmm_api.h>
#include <kos/random/random_api.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW UINT64_C(0x200000) /* what one page of second-stage table covers */

/* The one allocation behind a list of segments; the list itself comes first. */
struct segment_list {
	VmSeg *segs;
	size_t count;
	uint8_t *header;
	size_t header_size;
	uint8_t *build_id;
};

static uint64_t round_up(uint64_t size, uint64_t unit)
{
	return (size + unit - 1) / unit * unit;
}

/* The program headers are kept where they directly follow the ELF header. */
static size_t header_size(const struct elf_image *elf)
{
	size_t all = ELF_HEADER_SIZE + elf->program_header_count * (size_t)ELF_PROGRAM_HEADER_SIZE;

	return elf->program_headers == ELF_HEADER_SIZE && all <= FLOE_ELF_HDR_MAX ? all
										  : ELF_HEADER_SIZE;
}

static Retcode allocate_list(struct segment_list *list, const struct elf_image *elf)
{
	size_t tables = elf->symtab.data ? 2 : 0;
	size_t segs_size = (elf->segment_count + tables) * sizeof(VmSeg);

	list->header_size = header_size(elf);
	list->segs = malloc(segs_size + list->header_size + elf->build_id.size);
	if (!list->segs)
		return rcOutOfMemory;
	list->count = 0;
	list->header = (uint8_t *)list->segs + segs_size;
	list->build_id = list->header + list->header_size;
	memcpy(list->header, elf->data, list->header_size);
	if (elf->build_id.size)
		memcpy(list->build_id, elf->build_id.data, elf->build_id.size);
	return rcOk;
}

/*
 * Chooses the load offset of an image that takes `extent` bytes from its lowest
 * address on: at random, but without crossing more boundaries of second-stage
 * tables than it must.
 */
static Retcode choose_offset(const struct elf_image *elf, uint64_t extent, uint64_t *offset)
{
	uint64_t step = elf->alignment > WINDOW ? elf->alignment : WINDOW;
	uint64_t window, windows, random[2];
	Retcode rc;

	*offset = 0;
	if (!elf->relocatable)
		return rcOk;
	extent += elf->low;
	if (extent > ELF_ADDRESS_END - 2 * WINDOW || step > ELF_ADDRESS_END / 2)
		return rcInvalidArgument;
	window = round_up(extent, WINDOW);
	if (window > ELF_ADDRESS_END - step)
		return rcInvalidArgument;
	rc = KosRandomGenerate(sizeof(random), random);
	if (rc != rcOk)
		return rc;
	windows = (ELF_ADDRESS_END - step - window) / step + 1;
	*offset = step + random[0] % windows * step;
	*offset += random[1] % ((window - extent) / elf->alignment + 1) * elf->alignment;
	return rcOk;
}

static rtl_uint32_t access_flags(uint32_t elf_flags)
{
	return (elf_flags & ELF_READ ? VMM_FLAG_READ : 0u) |
	       (elf_flags & ELF_WRITE ? VMM_FLAG_WRITE : 0u) |
	       (elf_flags & ELF_EXECUTE ? VMM_FLAG_EXECUTE : 0u);
}

/* Memory that nobody can change and that stays: only there are pages shared. */
static bool in_romfs(uintptr_t start, size_t size)
{
	const Pcb *pcb = KnTaskGetPcb();
	uint64_t romfs_size = round_up(pcb->romfsSize, FLOE_PAGE_SIZE);

	return start >= pcb->romfs && start - pcb->romfs <= romfs_size &&
	       size <= romfs_size - (start - pcb->romfs);
}

static bool is_shareable(const struct elf_segment *s, uintptr_t start, size_t size)
{
	return !(s->flags & ELF_WRITE) && s->content.size == s->memory_size &&
	       start % FLOE_PAGE_SIZE == 0 && in_romfs(start, size);
}

static Retcode add_segment(struct segment_list *list, const struct elf_image *elf,
			   const struct elf_segment *s, uint64_t offset)
{
	VmSeg *seg = &list->segs[list->count];
	size_t head = s->address % FLOE_PAGE_SIZE;
	size_t size = round_up(head + s->memory_size, FLOE_PAGE_SIZE);
	uintptr_t start = (uintptr_t)s->content.data - head;
	uint64_t address = offset + s->address - head;
	rtl_uint32_t flags = access_flags(s->flags);
	Retcode rc;

	if (is_shareable(s, start, size))
		rc = KnVmSegInitFromVm(seg, address, (void *)start, size, flags);
	else
		rc = KnVmSegInitFromBuf(seg, address, head, size, flags, s->content.offset,
					list->build_id, elf->build_id.size, s->content.data,
					s->content.size);
	if (rc != rcOk)
		return rc;
	seg->fileOffset = s->content.offset;
	seg->buildId = list->build_id;
	seg->buildIdSize = elf->build_id.size;
	list->count++;
	return rcOk;
}

/* A symbol or string table is loaded like a read-only segment, at a page boundary. */
static Retcode add_table(struct segment_list *list, const struct elf_image *elf,
			 const struct elf_part *table, uint64_t address, uint64_t offset)
{
	struct elf_segment s = {
		.address = address,
		.memory_size = table->size,
		.content = *table,
		.flags = ELF_READ,
	};

	return add_segment(list, elf, &s, offset);
}

static Retcode fill_list(struct segment_list *list, const struct elf_image *elf, uint64_t offset)
{
	struct elf_segment s;
	uint32_t cursor = 0;
	uint64_t behind = elf->high;
	Retcode rc = rcOk;

	while (rc == rcOk && elf_next_segment(elf, &cursor, &s))
		rc = add_segment(list, elf, &s, offset);
	if (rc != rcOk || !elf->symtab.data)
		return rc;
	rc = add_table(list, elf, &elf->symtab, behind, offset);
	behind += round_up(elf->symtab.size, FLOE_PAGE_SIZE);
	return rc == rcOk ? add_table(list, elf, &elf->strtab, behind, offset) : rc;
}

static uint64_t tables_size(const struct elf_image *elf)
{
	return round_up(elf->symtab.size, FLOE_PAGE_SIZE) +
	       round_up(elf->strtab.size, FLOE_PAGE_SIZE);
}

static Retcode create(const struct elf_image *elf, struct segment_list *list, uint64_t *offset)
{
	Retcode rc = choose_offset(elf, elf->high - elf->low + tables_size(elf), offset);

	if (rc == rcOk)
		rc = allocate_list(list, elf);
	if (rc != rcOk)
		return rc;
	rc = fill_list(list, elf, *offset);
	if (rc != rcOk)
		KnElfFreeVmSeg(list->segs, list->count);
	return rc;
}

/* Where there is no room behind a program of fixed addresses: they are optional. */
static void leave_out_symbols(struct elf_image *elf)
{
	if (!elf->relocatable && elf->symtab.data &&
	    tables_size(elf) > ELF_ADDRESS_END - elf->high) {
		elf->symtab = (struct elf_part){ 0 };
		elf->strtab = elf->symtab;
	}
}

Retcode KnElfCreateVmSegEx(const void *image, rtl_size_t imageSize, rtl_uintptr_t *entry,
			   rtl_uintptr_t *relocBase, VmSeg **segs, rtl_size_t *segsCount,
			   unsigned *symIndex, rtl_size_t *symSize, unsigned *strIndex,
			   rtl_size_t *strSize, void **hdrData, rtl_size_t *hdrSize)
{
	struct elf_image elf;
	struct segment_list list;
	uint64_t offset;
	Retcode rc;

	if (!image || !entry || !relocBase || !segs || !segsCount || !symIndex || !symSize ||
	    !strIndex || !strSize || !hdrData || !hdrSize)
		return rcInvalidArgument;
	if (elf_parse(&elf, image, imageSize) != ELF_OK)
		return rcInvalidArgument;
	leave_out_symbols(&elf);
	rc = create(&elf, &list, &offset);
	if (rc != rcOk)
		return rc;
	*entry = elf.entry + offset;
	*relocBase = offset;
	*segs = list.segs;
	*segsCount = list.count;
	*symIndex = elf.segment_count;
	*strIndex = elf.symtab.data ? elf.segment_count + 1 : elf.segment_count;
	*symSize = elf.symtab.size;
	*strSize = elf.strtab.size;
	*hdrData = list.header;
	*hdrSize = list.header_size;
	return rcOk;
}

Retcode KnElfFreeVmSeg(VmSeg *segs, rtl_size_t segsCount)
{
	if (!segs)
		return rcInvalidArgument;
	for (rtl_size_t i = 0; i < segsCount; i++)
		KnHandleClose(segs[i].h);
	free(segs);
	return rcOk;
}
