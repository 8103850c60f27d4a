"""The routes, one file a subject. Each parses, calls one use case of the library, and answers."""
