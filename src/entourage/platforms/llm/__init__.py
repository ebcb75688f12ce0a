"""Language models behind any address that speaks OpenAI's API."""
