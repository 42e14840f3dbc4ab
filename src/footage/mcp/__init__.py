"""The library as tools of an assistant: the Model Context Protocol (modelcontextprotocol.io)."""
