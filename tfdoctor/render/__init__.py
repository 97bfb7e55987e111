"""Renderers: one file per output. They speak; they judge nothing."""
