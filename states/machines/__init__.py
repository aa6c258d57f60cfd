"""The state machines: tables as data, one runner."""
