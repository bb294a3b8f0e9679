"""Read the text and the metadata of a file, one function for each file format."""

import frontmatter
import yaml


def _markdown(path):
    try:
        post = frontmatter.loads(path.read_text(encoding="utf-8-sig"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", error)
        raise ValueError(f"{path}{where}: the front matter is not valid YAML ({problem})") from None
    return post.content, dict(post.metadata)


def _text(path):
    return path.read_text(encoding="utf-8-sig"), {}


def _html(path):
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(path.read_bytes(), "html.parser")
    for tag in soup(["script", "style"]):
        tag.decompose()
    metadata = {"title": soup.title.get_text(strip=True)} if soup.title else {}
    return soup.get_text("\n\n", strip=True), metadata


def _pdf(path):
    from pypdf import PdfReader

    return "\n\n".join(page.extract_text() for page in PdfReader(path).pages), {}


def _docx(path):
    import docx

    return "\n\n".join(p.text for p in docx.Document(str(path)).paragraphs if p.text.strip()), {}


READERS = {".md": _markdown, ".txt": _text, ".html": _html, ".pdf": _pdf, ".docx": _docx}
