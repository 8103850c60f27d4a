"""The MCP door: what a reading assistant may do, as tools that only read.

shelf     what the tools need of a library
service   the library of a service that owns the folder
reading   answers, hits and papers as text for an assistant (pure)
tools     the tools and the server that has them
door      `/mcp`, the server over HTTP
stdio     the server over standard input and output

The SDK takes more than a second to import, so `tools` is imported when somebody comes.
"""
