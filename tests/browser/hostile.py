"""Texts that a sample could contain to attack the person or program that displays them."""

from __future__ import annotations

from typing import Any

TEXTS = {
    "script": "<script>alert('script')</script>",
    "image": "<img src=x onerror=alert('image')>",
    "remote": "<img src=https://remote.invalid/pixel.png><link rel=stylesheet href=//remote.invalid/x.css>",
    "close-script": "</script><script>alert('close')</script><svg onload=alert('svg')>",
    "comment-script": "<!--<script>",
    "quotes": "\"' onmouseover=alert('quotes') x='\"`",
    "javascript": "javascript:alert('link')",
    "data-url": "data:text/html,<script>alert('data')</script>",
    "attribute": '" autofocus onfocus="alert(1)" y="',
    "template": "{{ 7 * 7 }} ${alert(1)} {% raw %} #{1}",
    "placeholder": "[{stepInstanceName}.JsonResult]",
    "formula": '=HYPERLINK("http://remote.invalid","x")',
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "newlines": "first\r\nsecond\n\n\tthird\u2028fourth\u2029fifth",
    "controls": "nul\x00 bell\x07 escape\x1b[31m delete\x7f c1\x9b",
    "bidi": "invoice\u202efdp.exe \u2066hidden\u2069 \u200fmark",
    "invisible": "zero\u200bwidth\u200djoiner\ufeffmark\u00adsoft",
    "ignorable": "j\u034foin\u115f\u1160\u3164\uffa0 \u17b4 \u180b\ufe0f\U000e0100 \u2065\ufff0\U000e0fff",
    "surrogate": "half\ud800 a pair",
    "entities": "&lt;script&gt; &amp;amp; &#x3c;b&#x3e;",
    "prototype": "__proto__",
    "long-word": "A" * 20_000,
    "long-text": "many words " * 5_000,
}
"""A name for each text, and the text."""


def everywhere(shape: Any, text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return a copy of a JSON value in which every string is the hostile text; keys and other values stay."""
    if isinstance(shape, str):
        return text
    if isinstance(shape, list):
        return [everywhere(item, text) for item in shape]
    if isinstance(shape, dict):
        return {key: everywhere(value, text) for key, value in shape.items()}
    return shape
