/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init, the first process: reads the system's manifest from ROMFS, makes every
 * partition of it through the public API and starts them only when all are
 * ready, waits for their ends, and ends with 0 if the system ended as its
 * manifest allows, else with 1. Floe powers the machine off when init ends.
 */
#include "init.h"

#include <kos/romfs.h>
#include <stdio.h>
#include <stdlib.h>

#define MANIFEST "system.dtb"

static bool check_file(const char *path)
{
	const char *file = manifest_base_name(path);
	const void *data;
	rtl_size_t size;
	char sentence[256];

	if (KosRomfsMap(file, &data, &size) == rcOk)
		return true;
	snprintf(sentence, sizeof(sentence), "there is no file %s in ROMFS; pack it", file);
	report_mistake(NULL, "missing-file", "/files", sentence);
	return false;
}

/* All mistakes are reported, not only the first. */
static bool check_files_and_images(const struct manifest *manifest)
{
	bool sound = true;

	for (size_t i = 0; manifest->files && manifest->files[i]; i++)
		sound &= check_file(manifest->files[i]);
	for (size_t i = 0; i < manifest->count; i++)
		sound &= check_image(&manifest->partitions[i]);
	return sound;
}

int main(void)
{
	static const struct manifest_reporter reporter = { report_mistake, NULL };
	struct manifest manifest;
	const void *tree;
	rtl_size_t size;
	bool sound;

	if (KosRomfsMap(MANIFEST, &tree, &size) != rcOk) {
		report_mistake(NULL, "missing-file", MANIFEST,
			       "there is no such file in ROMFS; pack the compiled manifest");
		return EXIT_FAILURE;
	}
	sound = manifest_read(&manifest, tree, size, &reporter);
	sound &= check_files_and_images(&manifest);
	sound &= manifest_check_cpu_time(&manifest, KnTaskGetGsi()->cpuMask, &reporter);
	return sound && run_system(&manifest) ? EXIT_SUCCESS : EXIT_FAILURE;
}
