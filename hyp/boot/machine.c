/* SPDX-License-Identifier: Apache-2.0 */
#include "boot/machine.h"

#include "arch/image.h"
#include "boot/tree.h"
#include "lib/text.h"

#include <libfdt.h>
#include <string.h>

#define MAX_UARTS 8
#define FDT_VERSION 17
#define NO_HART (~(u64)0)

struct reader {
	struct walk walk;
	struct machine_tree *m;
	const char *stdout_path;
	struct device_registers uart[MAX_UARTS];
	unsigned int nuarts;
	struct property extensions; /* of the last hart whose were new */
};

/* Adds the ranges of a reg property, in cells of the parent's sizes. */
static void add_ranges(const struct node *n, const struct node *parent, struct memory_range *to,
		       unsigned int *count, unsigned int max)
{
	const struct property *p = tree_property(n, REG);
	const u32 *reg = p->value, *end = reg + p->bytes / 4;
	/* Where the parent does not say, 2 and 1. */
	u64 address = tree_u64(parent, ADDRESS_CELLS, 2), size = tree_u64(parent, SIZE_CELLS, 1);

	if (address < 1 || address > 2 || size < 1 || size > 2)
		return;
	for (; (u64)(end - reg) >= address + size && *count < max; reg += address + size) {
		u64 start = tree_cells(reg, (int)address);
		u64 length = tree_cells(reg + address, (int)size);

		if (length && start + length > start)
			to[(*count)++] = (struct memory_range){
				start, start + length, tree_property(n, NO_MAP)->value != NULL
			};
	}
}

/* The bit of an extension, or 0. */
static u32 extension_bit(const char *name, size_t length)
{
	static const struct {
		char name[8];
		u16 bit;
	} known[] = { { "h", EXT_H },           { "d", EXT_D },
		      { "g", EXT_D },           { "v", EXT_V },
		      { "sstc", EXT_SSTC },     { "svinval", EXT_SVINVAL },
		      { "svpbmt", EXT_SVPBMT }, { "zicbom", EXT_ZICBOM },
		      { "zicboz", EXT_ZICBOZ }, { "zkr", EXT_ZKR } };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (length < sizeof(known[i].name) && !known[i].name[length] &&
		    !memcmp(name, known[i].name, length))
			return known[i].bit;
	return 0;
}

/*
 * As EXT_*; ~0: the tree does not say. The list riscv,isa-extensions has names with a NUL
 * behind each; the string riscv,isa has rv64, names of one letter, and others behind a _ each.
 */
static u32 read_extensions(const struct property *p, bool is_list)
{
	const char *at = p->value, *end = at + p->bytes;
	u32 found = 0;
	size_t length;

	if (!is_list && (p->bytes < 5 || end[-1]))
		return ~0u; /* the probe will */
	for (at += is_list ? 0 : 4; !is_list && *at && *at != '_'; at++)
		found |= extension_bit(at, 1);
	for (; at < end; at += length + 1) {
		length = 0;
		while (at + length < end && at[length] && at[length] != '_')
			length++;
		found |= extension_bit(at, length);
	}
	return found;
}

/* The properties stand in the order of the fields; the smallest of any hart counts. */
static void read_caches(const struct node *n, GsiCaches *caches)
{
	u32 *field = &caches->cbomBlockSize;
	u64 value;

	for (unsigned int i = 0; i < sizeof(*caches) / sizeof(*field); i++) {
		value = tree_u64(n, CBOM_BLOCK_SIZE + i, 0);
		if (value && (!field[i] || value < field[i]))
			field[i] = (u32)value;
	}
}

static bool same_property(const struct property *a, const struct property *b)
{
	return a->bytes == b->bytes && (!a->bytes || !memcmp(a->value, b->value, (size_t)a->bytes));
}

static void read_hart(struct reader *r, const struct node *n)
{
	const struct property *list = tree_property(n, ISA_EXTENSIONS);
	const struct property *extensions = list->value ? list : tree_property(n, ISA);
	struct machine_tree *m = r->m;
	u64 id = tree_u64(n, REG, NO_HART);

	if (!text_is(tree_string(n, DEVICE_TYPE), "cpu") || !tree_is_enabled(n) || id == NO_HART)
		return;
	if (m->nharts == MAX_HARTS) {
		m->left_out++;
		return;
	}
	m->hart_id[m->nharts++] = id;
	/* Some trees say it here (devicetree specification, 3.8), though it is one for all. */
	if (!m->timebase)
		m->timebase = tree_u64(n, TIMEBASE, 0);
	read_caches(n, &m->caches);
	/* Mostly all harts say the same. */
	if (m->nharts > 1 && same_property(&r->extensions, extensions))
		return;
	r->extensions = *extensions;
	m->extensions &= read_extensions(extensions, list->value);
}

static void read_chosen(struct reader *r, const struct node *n)
{
	const struct property *seed = tree_property(n, RNG_SEED);
	struct machine_tree *m = r->m;

	m->initrd_start = tree_u64(n, INITRD_START, ~(u64)0);
	m->initrd_end = tree_u64(n, INITRD_END, 0);
	if (m->initrd_end < m->initrd_start)
		m->initrd_start = m->initrd_end = 0;
	m->bootargs = tree_string(n, BOOTARGS);
	m->seed = seed->value;
	m->seed_bytes = (u32)seed->bytes;
	r->stdout_path = tree_string(n, STDOUT_PATH);
}

static struct device_registers registers_of(const struct node *n, const struct node *parent)
{
	u64 shift = tree_u64(n, REG_SHIFT, 0);
	struct memory_range range = { 0 };
	unsigned int count = 0;

	add_ranges(n, parent, &range, &count, 1);
	if (range.end > MACHINE_END)
		range = (struct memory_range){ 0 };
	return (struct device_registers){
		.node = n->name,
		.base = range.start,
		.size = range.end - range.start,
		.shift = shift < 4 ? (u32)shift : 0,
		.width = tree_u64(n, REG_IO_WIDTH, 1) == 4 ? 4 : 1,
		.clock = (u32)tree_u64(n, CLOCK_FREQUENCY, 0),
		.speed = (u32)tree_u64(n, CURRENT_SPEED, 0),
	};
}

static void read_device(struct reader *r, const struct node *n, const struct node *parent)
{
	if (!tree_property(n, COMPATIBLE)->value || !tree_is_enabled(n))
		return;
	if (tree_is_compatible(n, "sifive,test1") || tree_is_compatible(n, "sifive,test0"))
		r->m->finisher = registers_of(n, parent);
	else if (r->nuarts < MAX_UARTS &&
		 (tree_is_compatible(n, "ns16550a") || tree_is_compatible(n, "ns16550") ||
		  tree_is_compatible(n, "snps,dw-apb-uart")))
		r->uart[r->nuarts++] = registers_of(n, parent);
}

static void read_node(struct walk *w)
{
	struct reader *r = container_of(w, struct reader, walk);
	const struct node *n = &w->node[w->depth], *parent = n - 1;
	struct machine_tree *m = r->m;
	bool top = w->depth == 1;

	if (top && text_is(n->name, "cpus"))
		m->timebase = tree_u64(n, TIMEBASE, 0);
	else if (top && text_is(n->name, "chosen"))
		read_chosen(r, n);
	else if (top && text_is(tree_string(n, DEVICE_TYPE), "memory") && tree_is_enabled(n))
		add_ranges(n, parent, m->memory, &m->nmemory, MAX_RANGES);
	else if (w->depth == 2 && text_is(parent->name, "cpus"))
		read_hart(r, n);
	else if (w->depth == 2 && text_is(parent->name, "reserved-memory"))
		add_ranges(n, parent, m->reserved, &m->nreserved, MAX_RESERVED);
	else
		read_device(r, n, parent);
}

/*
 * The console's UART is what stdout-path names (maybe by an alias, maybe with options), else
 * the first. A line beside it is for protocols that want one of their own.
 */
static void choose_uarts(const void *tree, struct reader *r)
{
	const char *path = r->stdout_path;
	size_t length = strcspn(path, ":");
	const char *alias = NULL, *last;
	struct machine_tree *m = r->m;

	if (*path != '/' && r->walk.aliases)
		alias = fdt_getprop_namelen(tree, r->walk.aliases, path, (int)length, NULL);
	if (alias) {
		path = alias;
		length = strlen(alias);
	}
	for (last = path + length; last > path && last[-1] != '/'; last--)
		;
	length = (size_t)(path + length - last);
	m->uart = r->uart[0];
	for (unsigned int i = 0; i < r->nuarts; i++)
		if (strlen(r->uart[i].node) == length && !memcmp(r->uart[i].node, last, length))
			m->uart = r->uart[i];
	for (unsigned int i = r->nuarts; i--;)
		if (r->uart[i].base != m->uart.base)
			m->second_uart = r->uart[i];
}

void machine_reserve(struct machine_tree *m, u64 start, u64 end)
{
	if (start < end && m->nreserved < MAX_RESERVED)
		m->reserved[m->nreserved++] = (struct memory_range){ start, end, false };
}

/*
 * libfdt is built for version 17 alone; all that came after it is to be readable as
 * such. It relies on the alignment that the specification asks for (section 5.6).
 */
static bool is_readable(const void *tree)
{
	return !fdt_check_header(tree) && fdt_version(tree) >= FDT_VERSION &&
	       fdt_last_comp_version(tree) <= FDT_VERSION && !(fdt_off_mem_rsvmap(tree) & 7) &&
	       !(fdt_off_dt_struct(tree) & 3);
}

const char *machine_read(const void *tree, struct machine_tree *m)
{
	static struct reader r BOOT_ONLY(0);
	u64 start, size;

	*m = (struct machine_tree){ .extensions = ~0u };
	r = (struct reader){ .m = m, .walk.take = read_node, .stdout_path = "" };
	if (!tree || ((u64)tree & 7) || !is_readable(tree))
		return "the firmware passed no device tree: start Floe like a Linux kernel, with "
		       "the hart id in a0 and the tree's address in a1";
	for (int i = 0; !fdt_get_mem_rsv(tree, i, &start, &size) && size; i++)
		machine_reserve(m, start, start + size);
	tree_walk(tree, &r.walk);
	choose_uarts(tree, &r);
	if (!m->nmemory)
		return "the device tree has no memory node; add one with device_type = \"memory\" "
		       "and reg";
	if (!m->nharts)
		return "the device tree has no usable cpu node; add nodes with device_type = "
		       "\"cpu\" and reg under /cpus";
	if (m->timebase < TIMEBASE_MIN || m->timebase > TIMEBASE_MAX)
		return "the device tree has no timebase-frequency of 16384 Hz to 4 GHz in /cpus; "
		       "add the rate of the time CSR";
	return NULL;
}
