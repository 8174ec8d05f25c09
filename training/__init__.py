# SPDX-License-Identifier: Apache-2.0
"""The science: recordings, signal path, models, distillation, quantisation, tracking."""
