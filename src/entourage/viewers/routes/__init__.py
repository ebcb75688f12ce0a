"""Questions come in: the viewers room over REST, with the seed's paths and envelope (row A16).

Every answer is `{"success": true, "data": ...}`; errors are problem details that carry `success` and `error` too.
"""
