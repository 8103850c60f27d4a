"""The HTTP door: routes parse a request, call one use case of the library, and answer with a contract object."""
