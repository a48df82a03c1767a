/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An auxiliary vector as Linux gives one to its programs. gdb takes from it
 * where a position-independent program was loaded.
 */
#ifndef INSPECT_AUXV_H
#define INSPECT_AUXV_H

#include "inspect/bytes.h"
#include "inspect/image.h"

void auxv_put(struct bytes *out, const struct image *image);

#endif
