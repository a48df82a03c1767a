# SPDX-License-Identifier: Apache-2.0
"""Sessions with a running system through its console (ci/typed, ci/gdb)."""
