"""Workbooks that leave the system."""
