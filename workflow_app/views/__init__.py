"""One blueprint a desk; thin."""
