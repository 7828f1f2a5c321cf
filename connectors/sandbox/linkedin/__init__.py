"""LinkedIn: OAuth 2.0, the Posts and Images APIs, member post statistics."""
