"""The OpenAI-compatible door: a conversation in OpenAI's messages becomes an Answer, and the Answer a completion.

content   an Answer as the text of a message, with its citations by their places in the text (pure)
wire      requests, completions and chunks as OpenAI's clients write and read them (pure)
errors    errors in OpenAI's shape (pure)
scopes    model ids, each of which names a part of the library
routes    the addresses
"""
