"""Reports as one self-contained HTML page: no network, no script, light and dark, on paper and read aloud.

`document` makes the page of one diagnosis, `fragment` the same for a notebook's cell, `summary` the page
of many. Every text passes one escaping function (`element.py`); a page's policy lets in its own style and nothing else.
"""

from tfdoctor.render.html.document import document, fragment
from tfdoctor.render.html.summary import summary

__all__ = ["document", "fragment", "summary"]
