"""For other systems: events in, statistics out, and whether this process lives."""
