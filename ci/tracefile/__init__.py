# SPDX-License-Identifier: Apache-2.0
"""Traces of a run: read from a console, written for viewers (see ci/trace)."""
