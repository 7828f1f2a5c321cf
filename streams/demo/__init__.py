"""An example organisation with simulated people, so that everything real can be seen at work."""
