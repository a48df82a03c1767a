/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ZMODEM receiver that takes the protocol at its word: whatever is not
 * well-formed fails the test. It runs inside the sender's reads.
 */
#ifndef SUPPORT_RECEIVER_H
#define SUPPORT_RECEIVER_H

#include "inspect/line.h"

#include <stdbool.h>
#include <stddef.h>

#define RECEIVER_MAX 0x40000

struct receiver {
	struct inspect_line line;
	/* How it is to behave; set after receiver_begin(). */
	uint8_t flags; /* CANFC32, ESCCTL */
	uint16_t window;
	uint32_t start;  /* it has that much already */
	uint32_t bad[8]; /* blocks with these positions arrive damaged, once each; 0: none */
	bool silent, skips, asks_crc, challenges, echoes, deaf_at_end,
		late_acks; /* an old one comes before the right one, which takes its time */
	int cancels_at;    /* cancels when it has so many bytes; below 0: never */
	/* What it got. */
	char offer[300];
	size_t offer_size;
	uint8_t file[RECEIVER_MAX];
	uint32_t size;
	uint32_t crc_answer;
	unsigned int calls, blocks, data_headers, restarts, timeouts, ends;
	size_t longest_block, most_in_window;
	bool raw_control, over, cancelled, owes_ack;
	/* The bytes under way. */
	uint8_t in[RECEIVER_MAX], out[RECEIVER_MAX];
	size_t in_size, in_used, out_size, out_used, in_window;
	uint8_t frame; /* whose data follows; 0: a header does */
	bool crc32;
};

void receiver_begin(struct receiver *r);
/* What it says, as a hexadecimal header. */
void receiver_say(struct receiver *r, uint8_t type, uint32_t position);

#endif
