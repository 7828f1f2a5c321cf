"""A network that Zwaan knows nothing about, and its connector, as another package would bring it."""
