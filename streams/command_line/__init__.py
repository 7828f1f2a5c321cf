"""The ``zwaan`` command, a file for each group of subcommands."""
