"""What people and events can make happen; each takes an open transaction or owns its own."""
