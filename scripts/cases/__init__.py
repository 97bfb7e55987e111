"""Labelled cases shown in the forms in which people write them."""
