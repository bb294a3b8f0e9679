"""Lay out the pages, build them with Sphinx, and check what came out; run by `make site`."""

import shutil
import sys
import time

from sphinx.cmd.build import main as sphinx_build

from scripts.site import check, pages

OPTIONS = ["-q", "-W", "--keep-going", "-b", "html", "-j", "auto"]


def main() -> int:
    """Build the site into `artifacts/site/html`; 0 if Sphinx and the check found nothing wrong."""
    start = time.monotonic()
    conf, trees = pages.ROOT / "docs" / "site", pages.SOURCE.parent / "trees"
    for folder in (pages.SOURCE, pages.HTML, trees):  # seconds; and no page outlives its source
        shutil.rmtree(folder, ignore_errors=True)
    pages.lay_out(pages.SOURCE)
    folders = ["-c", str(conf), "-d", str(trees), str(pages.SOURCE), str(pages.HTML)]
    if failed := sphinx_build([*OPTIONS, *folders]):
        return failed
    problems = check.problems(pages.HTML)
    for line in problems:
        print(line, file=sys.stderr)
    count, seconds = len(list(pages.HTML.rglob("*.html"))), time.monotonic() - start
    print(f"{count} pages in {seconds:.0f} s, {len(problems)} problems: {pages.HTML}/index.html")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
