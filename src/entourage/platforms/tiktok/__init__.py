"""TikTok LIVE as a browser sees it: the room's page, the sign server and the websocket of protobuf frames."""
