"""The pages of docs/ as a site in two languages, with search: `python -m aces_action.documentation.site` (`make docs-site`).

Zensical builds one language at a time, from a folder that holds nothing else. So each language's pages are first put into such
a folder, under the same names, with their links turned to where they lead from there: pages of the site, pages of the other
language, and everything else of the repository on GitHub, at this version.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aces_action.documentation.pages import ROOT
from aces_action.language import LANGUAGES, Language, Text, same
from aces_action.origin import BLOB, HOME, SITE, TREE

_NAVIGATION: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (Text("Start", "はじめに"), ("index.md", "command-line.md", "validation.md")),
    (
        Text("AWS account and runner", "AWSアカウントとランナー"),
        ("infra/README.md", "iam/README.md", "preflight.md", "runners.md"),
    ),
    (Text("Security", "セキュリティ"), ("pinning.md", "threat-model.md")),
    (
        Text("Deployment", "デプロイ"),
        (
            "weights.md",
            "sagemaker.md",
            "batch.md",
            "smoke-test.md",
            "job-summary.md",
            "calling.md",
            "fleet.md",
            "promote.md",
            "platform-api.md",
            "faults.md",
        ),
    ),
    (
        Text("Reference", "リファレンス"),
        ("errors.md", *(f"reference/{name}.md" for name in ("action", "infra", "register", "algorithm", "smoke-test", "fleet"))),
    ),
    (same("Development"), ("architecture.md", "aws-beliefs.md", "dependencies.md", "releasing.md", "repository-settings.md")),
)
"""The site's pages in their order, but for those of the codes: the index and the search lead there."""

_START = """<!doctype html>
<html lang="ja">
<meta charset="utf-8">
<title>aces-action</title>
<script>location.replace(navigator.language.startsWith("ja") ? "ja/" : "en/")</script>
<p><a href="ja/">日本語</a> · <a href="en/" lang="en">English</a></p>
"""
"""The page at the top of the site: it leads to the reader's language."""

_LINK = re.compile(r"^ *```.*?^ *```$|`[^`\n]+`|(?<=\]\()[^)\s]+(?=\))", re.MULTILINE | re.DOTALL)
"""An address in parentheses, and what only looks like one: code."""


def site_pages(language: Language, root: Path = ROOT) -> dict[str, str]:
    """Each page of a language: its path in the repository, and its name on the site, which is the same in both languages."""
    japanese = language == "ja"
    names = {}
    for file in sorted((root / "docs").rglob("*.md")):
        path = file.relative_to(root).as_posix()
        if japanese == (path.startswith("docs/ja/") or path.endswith(".ja.md")):
            names[path] = path.removeprefix("docs/").removeprefix("ja/").replace(".ja.md", ".md")
    return names


def configuration(language: Language, names: Mapping[str, str]) -> dict[str, Any]:
    """What Zensical is told. Nothing is loaded from elsewhere: fonts are the reader's own, and no page asks GitHub."""
    there = set(names.values())
    sections = [(title.in_(language), [page for page in pages if page in there]) for title, pages in _NAVIGATION]
    return {
        "site_name": "aces-action",
        "site_url": f"{SITE}/{language}/",
        "docs_dir": language,
        "site_dir": f"site/{language}",
        "nav": [{title: pages} for title, pages in sections if pages],
        "theme": {
            "language": language,
            "font": False,
            # not search.highlight: from an address with its `?h=…`, the other language is not found to have the page
            "features": ["content.code.copy", "navigation.footer", "navigation.sections", "navigation.top"],
            "palette": [
                {"media": "(prefers-color-scheme: light)", "scheme": "default"},
                {"media": "(prefers-color-scheme: dark)", "scheme": "slate"},
            ],
        },
        "extra": {
            "alternate": [
                {"name": "English", "link": "../en/", "lang": "en"},
                {"name": "日本語", "link": "../ja/", "lang": "ja"},
            ],
            "social": [{"icon": "fontawesome/brands/github", "link": HOME}],
        },
        # GitHub's Markdown and no more: what only the site understands has no place in docs/
        "markdown_extensions": {
            "md_in_html": {},
            "pymdownx.highlight": {"pygments_lang_class": True},
            "pymdownx.superfences": {},
            "sane_lists": {},
            "tables": {},
            "toc": {"permalink": True, "slugify": {"object": "pymdownx.slugs.slugify", "kwds": {"case": "lower"}}},
        },
    }


def turned(text: str, page: str, pages: Mapping[Language, Mapping[str, str]], root: Path = ROOT) -> tuple[str, set[str]]:
    """A page with its links as they lead from the site, and the pictures that it shows, by their paths in the repository.

    `pages` are the site's in each language. ValueError where a link leads to a file that there is not.
    """
    [language] = [each for each in LANGUAGES if page in pages[each]]
    [other] = [each for each in LANGUAGES if each != language]
    name, pictures = pages[language][page], set[str]()

    def address(link: str) -> str:
        target, mark, anchor = link.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        if not target or "://" in target:
            return link
        if path in pages[language]:
            return _relative(name, pages[language][path]) + mark + anchor
        if path in pages[other]:
            # as Zensical reads it: from the folder of the page's source, which it turns to that of the page
            return _relative(f"{language}/{name}", _place(pages[other][path], other)) + "/" + mark + anchor
        if path.startswith("docs/images/"):
            pictures.add(path)
            return _relative(name, path.removeprefix("docs/"))
        if not (root / path).exists():
            raise ValueError(f"{page}: {link} leads nowhere")
        return f"{TREE if (root / path).is_dir() else BLOB}/{path}{mark}{anchor}"

    return _LINK.sub(lambda found: found[0] if "`" in found[0] else address(found[0]), text), pictures


def _relative(page: str, target: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def _place(name: str, language: Language) -> str:
    """The file of a page on the whole site: each lies in a folder of its own."""
    return f"{language}/{name.removesuffix('.md').removesuffix('README').removesuffix('index')}"


def stage(language: Language, folder: Path, root: Path = ROOT) -> None:
    """Puts a language's pages, the pictures that they show and Zensical's configuration into a folder."""
    pages = {each: site_pages(each, root) for each in LANGUAGES}
    for page, name in pages[language].items():
        text, pictures = turned((root / page).read_text(encoding="utf-8"), page, pages, root)
        (folder / language / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / language / name).write_text(text, encoding="utf-8")
        for picture in pictures:
            copy = folder / language / picture.removeprefix("docs/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / picture, copy)
    text = json.dumps(configuration(language, pages[language]), ensure_ascii=False)  # JSON is YAML
    (folder / f"{language}.yml").write_text(text, encoding="utf-8")


def build(folder: Path) -> Path:
    """Builds the site of both languages in an empty folder, and says where. CalledProcessError where a link leads nowhere."""
    for language in LANGUAGES:
        stage(language, folder)
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(folder / f"{language}.yml")]
        subprocess.run(command, check=True)
    (folder / "site/index.html").write_text(_START, encoding="utf-8")
    shutil.copyfile(folder / "site/en/404.html", folder / "site/404.html")  # GitHub Pages knows one alone
    return folder / "site"


def main() -> None:
    """Builds site/, anew and as a whole; where that fails, the old one stays."""
    folder = ROOT / "build/docs-site"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        built = build(folder)
    except subprocess.CalledProcessError as failure:  # Zensical has said why
        sys.exit(failure.returncode)
    shutil.rmtree(ROOT / "site", ignore_errors=True)
    built.rename(ROOT / "site")


if __name__ == "__main__":
    main()
