"""Entourage: a self-hosted audience manager for live creators."""
