"""Servers that the product brings along, so that one command runs all of it."""
