"""Other people's files: sample CSV and what phone apps save, as samples in SI units."""

from tracker.importers.phone_apps import ForeignSamples, ImportOptions, read_foreign
from tracker.importers.sample_csv import read_sample_csv
from tracker.importers.samples import AccUnit, GyroUnit, SampleTable, notifications_from_samples

__all__ = [
    "AccUnit",
    "ForeignSamples",
    "GyroUnit",
    "ImportOptions",
    "SampleTable",
    "notifications_from_samples",
    "read_foreign",
    "read_sample_csv",
]
