/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VMM_FLAG_*. Access is one of READ, READ | WRITE, READ | EXECUTE and, where
 * the manifest says allow-rwx, VMM_FLAG_RWX_MASK.
 */
#ifndef VMM_FLAGS_H
#define VMM_FLAGS_H

#include <floe/types.h>

#endif
