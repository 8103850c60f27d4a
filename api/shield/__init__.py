"""What every request passes before a route sees it, as plain ASGI layers from the outside in.

requests   an identifier, the log, security headers; whatever escapes becomes a problem document
origins    the host name that was asked for, and the page that asks
bodies     how much may be sent, and how slowly
"""
