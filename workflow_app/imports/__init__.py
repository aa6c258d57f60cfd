"""Workbooks and CSV files → typed rows, with every fault named by file, sheet, row and column."""
