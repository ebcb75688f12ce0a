"""A make-believe language model behind an OpenAI-compatible address."""
