"""Pages and the HTTP API, server-rendered; they check input, call a use case, and show the result."""
