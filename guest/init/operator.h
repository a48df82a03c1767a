/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the system's operator, the partition with the property `shell`, asks init
 * for what only init can do: a page that both have mapped. init hands the MDL
 * buffer to the partition as a resource of this name before it starts.
 *
 * The operator writes a name and counts `request` up (release). init looks at
 * the page (acquire) several times a second, acts, writes `result` and then sets
 * `answered` to the request's number (release). A new request replaces one that
 * has not been answered. init trusts nothing in the page but what it wrote.
 */
#ifndef FLOE_INIT_OPERATOR_H
#define FLOE_INIT_OPERATOR_H

#include <floe/types.h>

#define OPERATOR_RESOURCE "floe.operator"

enum {
	OPERATOR_POLL_MS = 50,
};

typedef struct {
	rtl_uint32_t request;  /* restarts that were asked for */
	rtl_uint32_t answered; /* the last one that was finished */
	Retcode result;        /* of that; rcResourceNotFound: the manifest has no such partition */
	char name[FLOE_NAME_MAX];
} OperatorPage;

#endif
