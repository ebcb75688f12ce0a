"""Twitch VIP badges given for a time and taken back on time."""
