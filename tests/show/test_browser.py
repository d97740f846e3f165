"""The page in a browser: it opens, the lineage is drawn, and a click on a use leads to its line."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flake8_flax_rng import cli

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

FIXTURES = Path(__file__).parents[2] / "fixtures"
PROGRAM = FIXTURES / "RNG102" / "bad_train_loop_same_dropout_key.py"
SOURCE = PROGRAM.read_text() + "\n" * 200 + "last = jax.random.normal(rng)\n"
"""A program with two findings; its last line is out of sight where the page opens."""
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.slow,  # starts a browser
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
]

sync_api = pytest.importorskip("playwright.sync_api", reason="pip install '.[test-browser]' drives Chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, as whom containers run.
        arguments = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "program.py").write_text(SOURCE)
    path = folder / "page.html"
    assert cli.main(["show", "--jobs=1", "--format", "html", "-o", str(path), str(folder / "program.py")]) == 1
    return path


@pytest.fixture
def page(browser: Browser, written: Path) -> Iterator[Page]:
    """The page as it opens for a reader without network and without scripts."""
    context = browser.new_context(java_script_enabled=False, offline=True, viewport={"width": 1500, "height": 800})
    shown = context.new_page()
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    shown.goto(written.as_uri())
    yield shown
    assert {url.partition("#")[0] for url in asked} == {written.as_uri()}, "it loads something else"
    context.close()


def line_of(node: Locator) -> int:
    """The line that a node of the picture names."""
    return int((node.locator("text").last.text_content() or "").removeprefix("line "))


def test_the_page_opens(page: Page) -> None:
    assert page.title() == "flake8-flax-rng: 2 findings"
    sync_api.expect(page.locator("article.card")).to_have_count(2)


def test_the_lineage_is_drawn(page: Page) -> None:
    picture = page.locator("#r1 svg")
    sync_api.expect(picture).to_be_visible()
    shown = [node.locator("text").first.text_content() for node in picture.locator("g.node").all()]
    assert sorted(filter(None, shown)) == sorted(
        ["jax.random.PRNGKey(0)", "jax.random.split", "dropout_rng", "MLP.apply", "MLP.apply"]
    )
    frame, card = picture.bounding_box(), page.locator("#r1").bounding_box()
    assert frame is not None and card is not None
    assert frame["width"] > 100 and frame["height"] > 100
    assert card["x"] <= frame["x"] and frame["x"] + frame["width"] <= card["x"] + card["width"]


@pytest.mark.parametrize("card", ["r1", "r2"])
def test_a_click_on_a_use_leads_to_its_line(page: Page, card: str) -> None:
    uses = page.locator(f"#{card} g.node.collides")
    sync_api.expect(uses).to_have_count(2)
    for use in uses.all():
        number = line_of(use)
        use.click()
        line = page.locator(f"#f1-L{number}")
        assert page.url.endswith(f"#f1-L{number}")
        sync_api.expect(line).to_be_in_viewport()
        sync_api.expect(page.locator(".line:target .number")).to_have_text(str(number))
        sync_api.expect(line).to_have_css("outline-style", "solid")
        assert line.locator(".code").inner_text() == SOURCE.splitlines()[number - 1]


def test_a_label_in_the_source_leads_to_its_finding(page: Page) -> None:
    page.locator(".label.main").last.click()
    sync_api.expect(page.locator("#r2")).to_be_in_viewport()
    assert page.url.endswith("#r2")


@pytest.mark.parametrize("width", [360, 700, 1500])
def test_nothing_is_cut(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    body = page.locator("body").bounding_box()
    assert body is not None
    for part in page.locator("h1, h2, nav li, .card, .card p, .card svg, .label").all():
        box = part.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= body["x"] + body["width"] + 0.5
