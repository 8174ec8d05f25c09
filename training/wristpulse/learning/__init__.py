# SPDX-License-Identifier: Apache-2.0
"""Training: teacher, distillation, the spectral line, quantisation."""
