"""X: OAuth 2.0 with PKCE, posts, metrics and media of API v2."""
