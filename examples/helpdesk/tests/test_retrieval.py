"""Retrieval asks the store only for what the user may read."""

from unittest.mock import MagicMock

from app import retrieval


def test_the_sites_of_the_user_are_part_of_the_query(monkeypatch):
    """The filter is never left to the model."""
    store, any_of = MagicMock(), MagicMock()
    monkeypatch.setattr(retrieval, "store", store)
    monkeypatch.setattr(retrieval, "MatchAny", any_of)
    retrieval.passages("How do I sign in?", ["all", "foundry"])
    any_of.assert_called_once_with(any=["all", "foundry"])
    assert store.query_points.call_args.kwargs["query_filter"] is not None
