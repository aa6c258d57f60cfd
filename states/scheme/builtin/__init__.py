"""Scheme files that the product ships."""
