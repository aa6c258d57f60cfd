"""The fast path for very many people: a year's records as NumPy arrays in, totals, ranks, bands,
flags and proposals as arrays out; the exact tree of anybody on demand (scheme §4-§6).

Every figure is an integer or a ratio of integers: nothing is estimated, so the rounded figures are
those of `states.grading.grade`, always. 64-bit integers are used as long as the largest possible
result of a step is proved to fit; beyond, the same step runs on Python's integers.
"""

from states.bulk.grades import BulkGrades, bulk_grade
from states.bulk.packing import pack
from states.bulk.records import MISSING, Cohort, Grid, Listed

__all__ = ["MISSING", "BulkGrades", "Cohort", "Grid", "Listed", "bulk_grade", "pack"]
