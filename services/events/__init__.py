"""The published language: CloudEvents, their data models, and the catalogue of topics."""
