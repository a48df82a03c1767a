/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the ZMODEM sender have in common; nobody else includes it. */
#ifndef INSPECT_ZMODEM_PARTS_H
#define INSPECT_ZMODEM_PARTS_H

#include "inspect/zmodem_frame.h"

enum {
	ZMODEM_ANSWER = 10000,  /* ms that the receiver may take */
	ZMODEM_PATIENCE = 4096, /* bytes of noise that are as good as silence */
};

/* How a step ended: with a result, or this: on with the next. */
#define GO_ON ((enum zmodem_result) - 1)

/* The next header; ZMODEM_NOTHING after `timeout` milliseconds of silence. */
int zmodem_receive(struct zmodem *z, uint32_t timeout);

/* What an answer means that means the same at any time; GO_ON for the others. */
enum zmodem_result zmodem_is_over(int type);

/* Counts what does not get us further: it can be said so often only. */
enum zmodem_result zmodem_complain(struct zmodem *z);

/* The receiver has asked for a position: the first, or one behind which it lost something. */
enum zmodem_result zmodem_seek(struct zmodem *z);

/* Reads into z->data. */
size_t zmodem_read_file(struct zmodem *z, uint64_t offset, size_t size);

/* Sends all from z->offset on. */
enum zmodem_result zmodem_transfer(struct zmodem *z);

#endif
