/* SPDX-License-Identifier: Apache-2.0 */
/* For fixed addresses, an ET_EXEC (system.mk). */
#include "outcome.h"
