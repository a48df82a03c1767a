/* SPDX-License-Identifier: Apache-2.0 */
/* Without symbol tables (system.mk). */
#include "outcome.h"
