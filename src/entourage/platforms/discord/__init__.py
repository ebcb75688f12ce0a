"""Discord, as far as we write there: notices by webhook."""
