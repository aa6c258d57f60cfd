"""Why this figure: where a person stands, what made the band, which condition brought an action, all as data."""
