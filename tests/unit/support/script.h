/* SPDX-License-Identifier: Apache-2.0 */
/* A line on which everything that will be received is written down beforehand. */
#ifndef SUPPORT_SCRIPT_H
#define SUPPORT_SCRIPT_H

#include "inspect/line.h"

#define SCRIPT_MAX 0x40000

struct script {
	struct inspect_line line;
	int16_t in[SCRIPT_MAX]; /* bytes, and LINE_TIMEOUT; closed behind the last */
	size_t in_size, in_used;
	uint8_t out[SCRIPT_MAX]; /* what was sent */
	size_t out_size;
};

void script_begin(struct script *s);
void script_bytes(struct script *s, const void *bytes, size_t size);
void script_text(struct script *s, const char *text);
void script_pause(struct script *s); /* nothing comes in time, once */

#endif
