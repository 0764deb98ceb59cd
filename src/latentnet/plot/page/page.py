"""The page around an interactive picture."""

from __future__ import annotations

from html import escape
from typing import Any

from bokeh.embed import components
from bokeh.resources import Resources

from latentnet.plot.page.figure import FONT

__all__ = ["page"]

# The browser itself refuses every connection.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_STYLE = f"""
body {{ margin: 24px; color: #1a1a1a; background: #fff; font: 13px/1.4 {FONT}; }}
main {{ display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: flex-start; }}
aside {{ padding-top: 34px; max-width: 300px; }}
section {{ margin: 0 0 14px; }}
h1 {{ margin: 0 0 8px; font-size: 17px; }}
h2 {{ margin: 0 0 4px; font-size: 13px; }}
ul {{ margin: 0; padding: 0; list-style: none; }}
li {{ display: flex; align-items: center; gap: 7px; min-height: 21px; }}
li svg {{ flex: none; overflow: visible; }}
p {{ margin: 6px 2px 0; color: #5a5a5a; max-width: 720px; font-size: 12px; }}
.scale {{ position: relative; height: 160px; width: 120px; }}
.scale i {{ position: absolute; width: 14px; height: 100%; }}
.scale span {{ position: absolute; left: 22px; top: -3px; font-size: 12px; }}
.scale span + span {{ top: auto; bottom: -3px; }}
"""
_HOW = (
    "Point at a coloured mark to read about it. Turn the wheel to zoom, drag to move; the round arrow brings all back."
)


def page(figure: Any, *, title: str | None, legend: str, caption: str, hover: bool) -> str:
    """Write the whole HTML: bokeh's library, the drawing, its title and caption (text) and its legend (HTML)."""
    library = Resources(mode="inline", components=["bokeh"]).render_js()
    script, division = components(figure)
    notes = [caption, _HOW] if hover else [caption]
    words = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title or 'Positions')}</title>\n<style>{_STYLE}</style>\n{library}\n</head>\n<body>\n"
        "<noscript>This picture needs JavaScript: please open the file in a browser that allows it.</noscript>\n"
        f"{'' if title is None else f'<h1>{escape(title)}</h1>'}"
        f"<main>\n<div>{division}{words}</div>\n<aside>{legend}</aside>\n</main>\n{script}\n</body>\n</html>\n"
    )
