"""Short snippets as users write them, run in every release: what breaks between which, at which line."""
