# SPDX-License-Identifier: Apache-2.0
"""One self-contained HTML file from the results of `invoke evaluate`."""

from wristpulse_tools.experiment_report.page import write_report
from wristpulse_tools.experiment_report.tables import ReportError, confidence_table, read

__all__ = ["ReportError", "confidence_table", "read", "write_report"]
