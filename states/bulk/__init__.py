"""The fast path for very many people: a year's records as NumPy arrays in, totals, ranks, bands,
flags and proposals as arrays out; the exact tree of anybody on demand (scheme §4-§6).

The rounded figures are those of `states.grading.grade`, always. They come from ratios of 64-bit
integers as long as the largest possible result of a step is proved to fit. Beyond, a float decides
only where it stands clear of every boundary; the others are worked out in Python's integers.
"""

from states.bulk.grades import BulkGrades, bulk_grade
from states.bulk.packing import pack
from states.bulk.records import MISSING, Cohort, Grid, Listed

__all__ = ["MISSING", "BulkGrades", "Cohort", "Grid", "Listed", "bulk_grade", "pack"]
