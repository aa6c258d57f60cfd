"""One verb a function: guard, decide, write, record, enqueue. Services flush, never commit."""
