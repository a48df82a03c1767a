/* SPDX-License-Identifier: Apache-2.0 */
#include "manifest.h"
#include "reader.h"
#include "schedule.h"
#include "tree.h"

#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_MAX_BYTES = 1023,
	ENV_MAX_BYTES = 131072,
	HEADER_BYTES = 24, /* FloeScpHeader in <floe/scp.h> */
	DEFAULT_PRIORITY = 10,
	DEFAULT_RESTARTS = 10,
};

static const char *const policies[] = { "standard", "fifo", "rr", NULL };
static const uint32_t highest_priorities[] = { 15, 31, 31 };
static const char *const on_exception_words[] = { "terminate", "freeze", "restart", NULL };

/* clang-format off */
#define FIELD(f) offsetof(struct manifest_partition, f)
static const struct property partition_properties[] = {
	{"image", PROPERTY_STRING, FIELD(image), "image = \"sensor.elf\"", NULL},
	{"class", PROPERTY_STRING, FIELD(eiid), "class = \"demo.Sensor\"", NULL},
	{"args", PROPERTY_STRINGS, FIELD(args), "args = \"-v\", \"fast\"", NULL},
	{"env", PROPERTY_STRINGS, FIELD(env), "env = \"MODE=test\"", NULL},
	{"policy", PROPERTY_CHOICE, FIELD(policy), "policy = \"fifo\"", policies},
	{"priority", PROPERTY_NUMBER, FIELD(priority), "priority = <10>", NULL},
	{"cpus", PROPERTY_CPUS, FIELD(cpus), "cpus = <0 1>", NULL},
	{"cpu-budget", PROPERTY_PAIR, FIELD(cpu_budget), "cpu-budget = <2000 10000>", NULL},
	{"stack-size", PROPERTY_SIZE, FIELD(stack_size), "stack-size = <0x10000>", NULL},
	{"memory-limit", PROPERTY_SIZE, FIELD(memory_limit), "memory-limit = <0x200000>", NULL},
	{"on-exception", PROPERTY_CHOICE, FIELD(on_exception), "on-exception = \"freeze\"",
	 on_exception_words},
	{"max-restarts", PROPERTY_NUMBER, FIELD(max_restarts), "max-restarts = <3>", NULL},
	{"may-create", PROPERTY_NUMBER, FIELD(may_create), "may-create = <8>", NULL},
	{"may-fail", PROPERTY_FLAG, FIELD(may_fail), "may-fail", NULL},
	{"allow-rwx", PROPERTY_FLAG, FIELD(allow_rwx), "allow-rwx", NULL},
	{"inspect", PROPERTY_FLAG, FIELD(inspect), "inspect", NULL},
	{"shell", PROPERTY_FLAG, FIELD(shell), "shell", NULL},
};

#define ROOT_FIELD(f) offsetof(struct manifest, f)
static const struct property root_properties[] = {
	{"compatible", PROPERTY_STRINGS, ROOT_FIELD(compatible), "compatible = \"floe,system\"",
	 NULL},
	{"files", PROPERTY_STRINGS, ROOT_FIELD(files), "files = \"data.bin\"", NULL},
};
/* clang-format on */

static const struct property_table partition_table = PROPERTY_TABLE(partition_properties);
static const struct property_table root_table = PROPERTY_TABLE(root_properties);
static const struct property_table no_properties = { NULL, 0 };

static void check_name(struct reader *r, const char *path, const struct manifest_partition *p)
{
	const struct manifest_partition *other = r->manifest->partitions;

	if (strcmp(p->name, "init") == 0)
		reader_mistake(r, "duplicate-name", path, "",
			       "init is the name of Floe's first process; choose another");
	if (strchr(p->name, '@'))
		reader_mistake(
			r, "bad-value", path, "",
			"a partition's name has no unit address; remove the @ and what follows");
	if (strlen(p->name) > NAME_MAX_BYTES)
		reader_mistake(r, "bad-value", path, "",
			       "the name is longer than %d bytes; shorten it", NAME_MAX_BYTES);
	for (; other < p; other++)
		if (strcmp(other->name, p->name) == 0) {
			reader_mistake(r, "duplicate-name", path, "",
				       "two partitions have this name; rename one");
			return;
		}
}

static void check_shell(struct reader *r, const char *path, const struct manifest_partition *p)
{
	const struct manifest_partition *other = r->manifest->partitions;

	while (other < p && !other->shell)
		other++;
	if (p->shell && other < p)
		reader_mistake(r, "bad-value", path, "shell",
			       "%s has it already, and a system has one operator; remove it here",
			       other->name);
}

/* All of it is one page, with a header and the partition's name, argv[0]. */
static void check_env(struct reader *r, const char *path, const struct manifest_partition *p)
{
	const size_t most = ENV_MAX_BYTES - HEADER_BYTES - strlen(p->name) - 1;
	size_t size = 0;

	for (size_t i = 0; p->args && p->args[i]; i++)
		size += strlen(p->args[i]) + 1;
	for (size_t i = 0; p->env && p->env[i]; i++) {
		size += strlen(p->env[i]) + 1;
		if (strchr(p->env[i] + (p->env[i][0] != '\0'), '=') == NULL || p->env[i][0] == '=')
			reader_mistake(r, "bad-value", path, "env",
				       "\"%s\" sets nothing; write NAME=value", p->env[i]);
	}
	if (size > most)
		reader_mistake(r, "bad-value", path, "args",
			       "args and env have %zu bytes together; %zu is the most", size, most);
}

/* Whether the choice, of which `word` was taken or is the default, is no mistake by itself. */
static bool is_sound_choice(const struct reader *r, int node, const char *name, const char *word)
{
	int size;
	const void *written = fdt_getprop(r->tree, node, name, &size);

	return !written ||
	       ((size_t)size == strlen(word) + 1 && !memcmp(written, word, strlen(word)));
}

/* Where the policy is a mistake itself, the range is unknown. */
static void check_priority(struct reader *r, int node, const char *path,
			   const struct manifest_partition *p)
{
	const char *word = policies[p->policy];

	if (p->priority <= highest_priorities[p->policy] ||
	    !is_sound_choice(r, node, "policy", word))
		return;
	if (p->priority > INT32_MAX) /* dtc adds 2^32 to what has a minus */
		reader_mistake(r, "priority-out-of-range", path, "priority",
			       "%d is below 0, the lowest there is; write 0 to %u",
			       (int)p->priority, (unsigned)highest_priorities[p->policy]);
	else
		reader_mistake(r, "priority-out-of-range", path, "priority",
			       "%u is above what policy %s has; write 0 to %u",
			       (unsigned)p->priority, word,
			       (unsigned)highest_priorities[p->policy]);
}

static void check_restarts(struct reader *r, int node, const char *path,
			   const struct manifest_partition *p)
{
	if (fdt_getprop(r->tree, node, "max-restarts", NULL) &&
	    p->on_exception != ON_EXCEPTION_RESTART &&
	    is_sound_choice(r, node, "on-exception", on_exception_words[p->on_exception]))
		reader_mistake(r, "never-restarts", path, "max-restarts",
			       "nothing restarts it; write on-exception = \"restart\"; as well, or "
			       "remove this");
}

/* Where `cpus` is a mistake itself, its entries are not looked at. */
static void check_cpus(struct reader *r, int node, const char *path,
		       const struct manifest_partition *p)
{
	int size = 0;

	fdt_getprop(r->tree, node, "cpus", &size);
	if (p->cpus && size != __builtin_popcountll(p->cpus) * (int)sizeof(uint32_t))
		reader_mistake(r, "duplicate-cpu", path, "cpus",
			       "a CPU stands there more than once; keep one");
}

static void read_partition(struct reader *r, int node, struct manifest_partition *p)
{
	char path[WHERE_SIZE];

	*p = (struct manifest_partition){
		.name = fdt_get_name(r->tree, node, NULL),
		.priority = DEFAULT_PRIORITY,
		.max_restarts = DEFAULT_RESTARTS,
	};
	p->eiid = p->name;
	snprintf(path, sizeof(path), "/partitions/%s", p->name);
	reader_properties(r, node, path, &partition_table, p);
	reader_no_children(r, node, path, "a partition");
	check_name(r, path, p);
	check_shell(r, path, p);
	check_env(r, path, p);
	if (!fdt_getprop(r->tree, node, "image", NULL))
		reader_mistake(r, "missing-property", path, "image",
			       "name the program, for example image = \"sensor.elf\";");
	check_priority(r, node, path, p);
	check_restarts(r, node, path, p);
	check_cpus(r, node, path, p);
}

static void read_partitions(struct reader *r, int node)
{
	struct manifest *m = r->manifest;
	size_t count = 0;
	int child;

	fdt_for_each_subnode(child, r->tree, node)
	{
		count++;
	}
	if (!count) {
		reader_mistake(r, "no-partitions", "/partitions", "",
			       "there is no partition; write NAME { image = \"FILE.elf\"; };");
		return;
	}
	reader_properties(r, node, "/partitions", &no_properties, NULL);
	m->partitions = calloc(count, sizeof(*m->partitions));
	if (!m->partitions) {
		reader_mistake(r, "not-enough-memory", "/partitions", "",
			       "init has no memory for so many; give the machine more");
		return;
	}
	fdt_for_each_subnode(child, r->tree, node)
	{
		read_partition(r, child, &m->partitions[m->count++]);
	}
}

static void check_compatible(struct reader *r)
{
	const char **word = r->manifest->compatible;

	while (word && *word && strcmp(*word, "floe,system") != 0)
		word++;
	if (!word || !*word)
		reader_mistake(r, word ? "bad-value" : "missing-property", "/", "compatible",
			       "write compatible = \"floe,system\"; at the top");
}

static void read_root(struct reader *r)
{
	int child, partitions = -1, schedule = -1;

	reader_properties(r, 0, "/", &root_table, r->manifest);
	check_compatible(r);
	fdt_for_each_subnode(child, r->tree, 0)
	{
		const char *name = fdt_get_name(r->tree, child, NULL);

		if (strcmp(name, "partitions") == 0)
			partitions = child;
		else if (strcmp(name, "schedule") == 0)
			schedule = child;
		else if (strncmp(name, "__", 2) != 0) /* dtc -@ adds __symbols__ */
			reader_mistake(r, "unknown-node", "/", name,
				       "only partitions and schedule stand here");
	}
	if (partitions < 0)
		reader_mistake(r, "no-partitions", "/partitions", "",
			       "write partitions { NAME { image = \"FILE.elf\"; }; };");
	else
		read_partitions(r, partitions);
	if (schedule >= 0)
		schedule_read(r, schedule);
}

bool manifest_read(struct manifest *manifest, const void *tree, size_t size,
		   const struct manifest_reporter *reporter)
{
	struct reader r = { .tree = tree, .manifest = manifest, .reporter = reporter };
	int error = tree_check(tree, size);

	*manifest = (struct manifest){ .partitions = NULL };
	if (error)
		reader_mistake(&r, "bad-manifest", "system.dtb", "",
			       "it is no sound device tree (%s); compile it with dtc",
			       fdt_strerror(error));
	else
		read_root(&r);
	manifest->is_whole = !r.mistakes;
	return manifest->is_whole;
}

void manifest_free(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->count; i++) {
		free(manifest->partitions[i].args);
		free(manifest->partitions[i].env);
	}
	for (size_t i = 0; i < manifest->window_count; i++)
		free(manifest->windows[i].partitions);
	free(manifest->windows);
	free(manifest->partitions);
	free(manifest->files);
	free(manifest->compatible);
}

const char *manifest_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
