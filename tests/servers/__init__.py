"""Real servers for the tests: started on loopback, waited for by their answer, stopped again."""
