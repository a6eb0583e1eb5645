"""The report of a training: one page for a phone, for paper and for a clinician."""

from tracker.export.report.page import report_html, write_report

__all__ = ["report_html", "write_report"]
