"""A Mastodon server, as far as an application of one member can see it."""
