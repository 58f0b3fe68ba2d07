"""The pictures of an insight: which are kept, and that everything else is unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from secops_lab.web.pictures import with_own_pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.conftest import Visitor

    from secops_lab.platform import LocalPlatform

PNG = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    "picture",
    [
        f'<img src="{PNG}">',
        f"<IMG alt='a > b' SRC={PNG} />",
        '<img src="data:image/jpeg;base64,/9j/">',
        '<img src="data:image/gif;base64,R0lGODlh">',
        "<img src=data&colon;image/png;base64,iVBORw0KGgo=>",
    ],
)
def test_pictures_of_three_types_are_kept(picture: str) -> None:
    """Given PNG, JPEG or GIF in the HTML itself, in any spelling, then the HTML is unchanged."""
    html = f"<p>before\n{picture}</p><ul><li>&lt;b> &amp; x<"
    assert with_own_pictures(html) == html


@pytest.mark.parametrize(
    "picture",
    [
        "<img src=x onerror=alert(1)>",
        "<img>",
        "<img src>",
        "<img src=https://remote.invalid/a.png>",
        "<img src='//remote.invalid/a.png'/>",
        '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
        '<img src="data:image/png,raw">',
        '<img src="data:text/html;base64,PGI+">',
        '<img src="data:image/png;base64,iVBO Rw0KGgo=">',
        f'<img src="{PNG}" srcset="https://remote.invalid/a.png 2x">',
    ],
)
def test_other_pictures_become_words(picture: str) -> None:
    """Given another type or another place, then the picture is replaced, and the text around it is kept."""
    html = f"<p title='<img>'>a\r\nb\n{picture} c {picture}</p>\n<img src='{PNG}'>"
    words = "[picture not shown]"
    assert with_own_pictures(html) == f"<p title='<img>'>a\r\nb\n{words} c {words}</p>\n<img src='{PNG}'>"


def test_the_policy_of_an_insight_allows_pictures_in_the_html_only(
    open_wall: Callable[..., Visitor], platform: LocalPlatform
) -> None:
    """The response has the picture; its policy allows no picture from an address of the network."""
    visitor = open_wall()
    content = f"<img src='{PNG}'><img src='http://remote.invalid/a.png'>"
    platform.new_case().post("insight", {"title": "T", "content": content, "entity_identifier": ""})
    response = visitor.get("/cases/1/insights/0")
    assert response.text.endswith(f"<img src='{PNG}'>[picture not shown]")
    assert "img-src data:;" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
