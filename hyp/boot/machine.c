/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device tree is gone over once, tag by tag: libfdt's look-ups by name each
 * go over much of it again, and would be most of the boot.
 */
#include "boot/machine.h"

#include <libfdt.h>
#include <string.h>

#define MAX_DEPTH 8 /* nodes that lie deeper are not looked at */
#define MAX_UARTS 8
#define DTB_VERSION 17 /* of the device tree specification, since its first release */

enum property_id {
	ADDRESS_CELLS,
	SIZE_CELLS,
	COMPATIBLE,
	DEVICE_TYPE,
	STATUS,
	REG,
	REG_SHIFT,
	REG_IO_WIDTH,
	NO_MAP,
	TIMEBASE,
	ISA,
	ISA_EXTENSIONS,
	INITRD_START,
	INITRD_END,
	BOOTARGS,
	STDOUT_PATH,
	RNG_SEED,
	CBOM_BLOCK_SIZE,
	CBOZ_BLOCK_SIZE,
	I_CACHE_BLOCK_SIZE,
	I_CACHE_SIZE,
	D_CACHE_BLOCK_SIZE,
	D_CACHE_SIZE,
	PROPERTIES,
};

/* No pointers: each would need a relocation. */
static const char property_name[PROPERTIES][24] = {
	"#address-cells",
	"#size-cells",
	"compatible",
	"device_type",
	"status",
	"reg",
	"reg-shift",
	"reg-io-width",
	"no-map",
	"timebase-frequency",
	"riscv,isa",
	"riscv,isa-extensions",
	"linux,initrd-start",
	"linux,initrd-end",
	"bootargs",
	"stdout-path",
	"rng-seed",
	"riscv,cbom-block-size",
	"riscv,cboz-block-size",
	"i-cache-block-size",
	"i-cache-size",
	"d-cache-block-size",
	"d-cache-size",
};

struct property {
	const void *value; /* NULL: the node has none */
	int bytes;
};

/* A node with those of its properties that matter. */
struct node {
	const char *name;
	struct property p[PROPERTIES];
	bool done; /* evaluated: its properties stand before its children */
};

struct uart {
	const char *name;
	struct device_registers registers;
};

struct walk {
	struct machine_tree *m;
	struct node node[MAX_DEPTH]; /* the path to where the walk is */
	int depth;
	const char *stdout_path;
	int aliases; /* offset of that node; 0: there is none */
	struct uart uart[MAX_UARTS];
	unsigned int nuarts;
};

static u64 cells(const fdt32_t *cell, int count)
{
	u64 value = 0;

	for (int i = 0; i < count; i++)
		value = value << 32 | fdt32_to_cpu(cell[i]);
	return value;
}

static bool get_u64(const struct node *n, enum property_id id, u64 *value)
{
	const struct property *p = &n->p[id];

	if (!p->value || (p->bytes != 4 && p->bytes != 8))
		return false;
	*value = cells(p->value, p->bytes / 4);
	return true;
}

/* A string property, or "" where there is none or it has no end. */
static const char *get_string(const struct node *n, enum property_id id)
{
	const struct property *p = &n->p[id];

	return p->value && p->bytes > 0 && memchr(p->value, 0, (size_t)p->bytes) ? p->value : "";
}

static bool is_enabled(const struct node *n)
{
	const char *status = get_string(n, STATUS);

	return !*status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

static bool is_compatible(const struct node *n, const char *name)
{
	const struct property *p = &n->p[COMPATIBLE];

	return p->value && fdt_stringlist_contains(p->value, p->bytes, name);
}

/* Adds the ranges of a reg property, in cells of the parent's sizes. */
static void add_ranges(const struct node *n, const struct node *parent, struct memory_range *to,
		       unsigned int *count, unsigned int max)
{
	const fdt32_t *reg = n->p[REG].value;
	u64 address = 2, size = 1; /* where the parent does not say */

	get_u64(parent, ADDRESS_CELLS, &address);
	get_u64(parent, SIZE_CELLS, &size);
	if (!reg || address < 1 || address > 2 || size < 1 || size > 2)
		return;
	for (u64 left = (u64)n->p[REG].bytes / 4; left >= address + size && *count < max;
	     left -= address + size) {
		u64 start = cells(reg, (int)address), length = cells(reg + address, (int)size);

		if (length && start + length > start)
			to[(*count)++] = (struct memory_range){ start, start + length,
								n->p[NO_MAP].value != NULL };
		reg += address + size;
	}
}

/* Extensions of a hart: riscv,isa-extensions, or the string riscv,isa. */
static bool has_extension(const struct node *n, const char *name)
{
	const struct property *list = &n->p[ISA_EXTENSIONS];
	const char *isa = get_string(n, ISA), *at;
	size_t length = strlen(name);

	if (list->value)
		return fdt_stringlist_contains(list->value, list->bytes, name);
	if (strlen(isa) < 4)
		return true; /* the tree does not say: the probe will */
	if (length == 1)
		return memchr(isa + 4, name[0], strcspn(isa + 4, "_")) != NULL;
	for (at = isa + strcspn(isa, "_"); *at; at += 1 + strcspn(at + 1, "_"))
		if (!strncmp(at + 1, name, length) && (at[1 + length] == '_' || !at[1 + length]))
			return true;
	return false;
}

/* The properties stand in the order of the fields; the smallest of any hart counts. */
static void read_caches(const struct node *n, GsiCaches *caches)
{
	u32 *field = &caches->cbomBlockSize;
	u64 value;

	for (unsigned int i = 0; i < sizeof(*caches) / sizeof(*field); i++)
		if (get_u64(n, CBOM_BLOCK_SIZE + i, &value) && value &&
		    (!field[i] || value < field[i]))
			field[i] = (u32)value;
}

static void read_hart(struct machine_tree *m, const struct node *n)
{
	u64 id;

	if (strcmp(get_string(n, DEVICE_TYPE), "cpu") != 0 || !is_enabled(n) ||
	    m->nharts == MAX_HARTS || !get_u64(n, REG, &id))
		return;
	m->hart_id[m->nharts++] = id;
	m->no_h |= !has_extension(n, "h");
	m->no_fpu |= !has_extension(n, "d") && !has_extension(n, "g");
	m->no_sstc |= !has_extension(n, "sstc");
	m->no_svinval |= !has_extension(n, "svinval");
	m->no_svpbmt |= !has_extension(n, "svpbmt");
	m->no_zicbom |= !has_extension(n, "zicbom");
	m->no_zkr |= !has_extension(n, "zkr");
	read_caches(n, &m->caches);
}

static void read_chosen(struct walk *w, const struct node *n)
{
	struct machine_tree *m = w->m;

	if (!get_u64(n, INITRD_START, &m->initrd_start) ||
	    !get_u64(n, INITRD_END, &m->initrd_end) || m->initrd_end < m->initrd_start)
		m->initrd_start = m->initrd_end = 0;
	m->bootargs = get_string(n, BOOTARGS);
	if (n->p[RNG_SEED].value && n->p[RNG_SEED].bytes > 0) {
		m->seed = n->p[RNG_SEED].value;
		m->seed_bytes = (u32)n->p[RNG_SEED].bytes;
	}
	w->stdout_path = get_string(n, STDOUT_PATH);
}

static struct device_registers registers_of(const struct node *n, const struct node *parent)
{
	struct device_registers r = { .width = 1 };
	struct memory_range range;
	unsigned int count = 0;
	u64 value;

	add_ranges(n, parent, &range, &count, 1);
	if (!count)
		return r;
	r.base = range.start;
	r.size = range.end - range.start;
	if (get_u64(n, REG_SHIFT, &value) && value < 4)
		r.shift = (u32)value;
	if (get_u64(n, REG_IO_WIDTH, &value) && value == 4)
		r.width = 4;
	return r;
}

static void read_device(struct walk *w, const struct node *n, const struct node *parent)
{
	if (!n->p[COMPATIBLE].value || !is_enabled(n))
		return;
	if (is_compatible(n, "sifive,test1") || is_compatible(n, "sifive,test0"))
		w->m->finisher = registers_of(n, parent);
	else if (w->nuarts < MAX_UARTS &&
		 (is_compatible(n, "ns16550a") || is_compatible(n, "ns16550") ||
		  is_compatible(n, "snps,dw-apb-uart")))
		w->uart[w->nuarts++] = (struct uart){ n->name, registers_of(n, parent) };
}

/* A node's properties are all read, and it lies in the tree, not at its root. */
static void read_node(struct walk *w)
{
	struct node *n = &w->node[w->depth], *parent = n - 1;
	struct machine_tree *m = w->m;
	bool top = w->depth == 1;

	n->done = true;
	if (top && !strcmp(n->name, "cpus"))
		get_u64(n, TIMEBASE, &m->timebase);
	else if (top && !strcmp(n->name, "chosen"))
		read_chosen(w, n);
	else if (top && !strcmp(get_string(n, DEVICE_TYPE), "memory") && is_enabled(n))
		add_ranges(n, parent, m->memory, &m->nmemory, MAX_RANGES);
	else if (w->depth == 2 && !strcmp(parent->name, "cpus"))
		read_hart(m, n);
	else if (w->depth == 2 && !strcmp(parent->name, "reserved-memory"))
		add_ranges(n, parent, m->reserved, &m->nreserved, MAX_RESERVED);
	else
		read_device(w, n, parent);
}

static void read_property(const void *tree, int offset, struct node *n)
{
	const char *name;
	int bytes;
	const void *value = fdt_getprop_by_offset(tree, offset, &name, &bytes);

	for (int i = 0; value && i < PROPERTIES; i++)
		/* Most differ in the first letter: not worth a call. */
		if (*name == *property_name[i] && !strcmp(name, property_name[i]))
			n->p[i] = (struct property){ value, bytes };
}

static void enter_node(struct walk *w, int offset, const char *name)
{
	if (++w->depth >= MAX_DEPTH)
		return;
	memset(&w->node[w->depth], 0, sizeof(w->node[0]));
	w->node[w->depth].name = name ? name : "";
	if (w->depth == 1 && name && !strcmp(name, "aliases"))
		w->aliases = offset;
}

static void walk_tree(const void *tree, struct walk *w)
{
	int offset, next = 0;
	u32 tag;

	do {
		offset = next;
		tag = fdt_next_tag(tree, offset, &next);
		/* With the first child, or at its end, a node is complete. */
		if ((tag == FDT_BEGIN_NODE || tag == FDT_END_NODE) && w->depth > 0 &&
		    w->depth < MAX_DEPTH && !w->node[w->depth].done)
			read_node(w);
		if (tag == FDT_BEGIN_NODE)
			enter_node(w, offset, fdt_get_name(tree, offset, NULL));
		else if (tag == FDT_END_NODE)
			w->depth--;
		else if (tag == FDT_PROP && w->depth >= 0 && w->depth < MAX_DEPTH)
			read_property(tree, offset, &w->node[w->depth]);
	} while (tag != FDT_END && next >= 0 && w->depth >= -1);
}

/* The UART that stdout-path names (maybe by an alias, maybe with options), else the first. */
static void choose_uart(const void *tree, struct walk *w)
{
	const char *path = w->stdout_path ? w->stdout_path : "";
	size_t length = strcspn(path, ":");
	const char *alias = NULL, *last;

	if (*path != '/' && w->aliases)
		alias = fdt_getprop_namelen(tree, w->aliases, path, (int)length, NULL);
	if (alias) {
		path = alias;
		length = strlen(alias);
	}
	for (last = path + length; last > path && last[-1] != '/'; last--)
		;
	length = (size_t)(path + length - last);
	w->m->uart = w->uart[0].registers;
	for (unsigned int i = 0; i < w->nuarts; i++)
		if (strlen(w->uart[i].name) == length && !memcmp(w->uart[i].name, last, length))
			w->m->uart = w->uart[i].registers;
}

static void read_memory_reservations(const void *tree, struct machine_tree *m)
{
	for (int i = 0; i < fdt_num_mem_rsv(tree) && m->nreserved < MAX_RESERVED; i++) {
		u64 start, size;

		if (!fdt_get_mem_rsv(tree, i, &start, &size) && size)
			m->reserved[m->nreserved++] = (struct memory_range){ start, start + size,
									     false };
	}
}

const char *machine_read(const void *tree, struct machine_tree *m)
{
	static struct walk w; /* too large for the boot stack */

	memset(m, 0, sizeof(*m));
	w = (struct walk){ .m = m, .depth = -1 };
	if (!tree || ((u64)tree & 7) || fdt_check_header(tree) || fdt_version(tree) < DTB_VERSION ||
	    fdt_last_comp_version(tree) > DTB_VERSION)
		return "the firmware passed no device tree in a1; start Floe like a Linux kernel, "
		       "with the hart id in a0 and the device tree's address in a1";
	read_memory_reservations(tree, m);
	walk_tree(tree, &w);
	choose_uart(tree, &w);
	if (!m->nmemory)
		return "the device tree has no memory node; add one with device_type = \"memory\" "
		       "and reg";
	if (!m->nharts)
		return "the device tree has no usable cpu node; add nodes with device_type = "
		       "\"cpu\" and reg under /cpus";
	if (!m->timebase)
		return "the device tree has no timebase-frequency in /cpus; add the rate of the "
		       "time CSR";
	return NULL;
}
