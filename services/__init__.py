"""What the product does: pure domain, use cases, storage and web pages."""
