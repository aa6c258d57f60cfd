"""What runs later or by the clock: loads by id and calls the same services as the web."""
