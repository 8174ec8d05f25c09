# SPDX-License-Identifier: Apache-2.0
"""From a trained network to a device: code generation, emulation, measurement, tasks."""
