"""`aces-action preview`."""
