"""What a request costs beside the barest one that could do the same: `make bench`."""
