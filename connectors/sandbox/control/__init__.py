"""The addresses below ``/_sandbox``, with which tests and demos look in and steer."""
