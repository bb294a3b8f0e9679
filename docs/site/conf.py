"""How Sphinx builds the site; `make site` lays out the pages first (scripts/site)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.make_links import repository  # noqa: E402
from scripts.site import pages  # noqa: E402

project = "Retrieve or Tune?"
author = "the contributors"
copyright = "the contributors: code MIT, text and data CC BY 4.0"
language = "en"
suppress_warnings = ["misc.highlighting_failure"]  # then a listing has fewer colours, no more

extensions = ["myst_nb", "sphinx.ext.githubpages", "scripts.site.outputs"]
exclude_patterns = ["extra"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # the notebooks are shown as they are stored
nb_merge_streams = True
nb_ipywidgets_js = {}  # no script from another host; outputs.py shows what widgets showed

html_theme = "sphinx_book_theme"
html_title = project
templates_path = ["templates"]
html_sidebars = {"**": ["home.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_static_path = ["static"]
html_css_files = ["course.css"]
html_favicon = "static/icon.svg"
html_context = {"default_mode": "auto"}
html_copy_source = True
html_show_sphinx = False
html_extra_path = [str(pages.SOURCE / "extra")]
html_theme_options = {
    "repository_url": f"https://github.com/{repository()}",
    "repository_branch": "main",
    "path_to_docs": ".",
    "use_repository_button": True,
    "use_issues_button": True,
    "use_download_button": True,
    "launch_buttons": {
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
        "notebook_interface": "jupyterlab",
    },
    "show_toc_level": 2,
    "navbar_persistent": [],
    "footer_content_items": ["copyright.html"],
}
