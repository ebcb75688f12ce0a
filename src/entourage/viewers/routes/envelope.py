"""The seed's envelope around every answer, as routes of this room use it."""

from entourage.kernel.envelope import Answer, Paged, Paging

__all__ = ["Answer", "Paged", "Paging"]
