"""Reports as one self-contained HTML page: no network, no script, light and dark, on paper and read aloud.

`document` makes the page of one diagnosis, `fragment` the same for a notebook's cell. Every text passes one
escaping function (`element.py`); the page's own style is the only one that its policy lets in.
"""

from tfdoctor.render.html.document import document, fragment

__all__ = ["document", "fragment"]
