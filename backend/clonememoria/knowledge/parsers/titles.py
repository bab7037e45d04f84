"""Which of the titles in a document's properties are titles, and not what a program wrote there."""

import re

from clonememoria.knowledge.parsers.document import clean_title

_NO_TITLE = re.compile(
    r"(?:microsoft \w+ - .*|untitled.*|.*\.(?:docx?|pptx?|xlsx?|od[tsp]|rtf|indd|qxd|dvi|tex)"
    r"|(?:microsoft )?(?:word|powerpoint|excel)(?: \w+)?"
    r"|(?:document|presentation|workbook|book|slide|dokument|präsentation|mappe|présentation"
    r"|diapositiva|presentación|presentazione|documento|classeur|libro|folie) ?\d*)",
    re.IGNORECASE,
)


def sensible_title(title: str | None) -> str | None:
    found = clean_title(title)
    return None if found and _NO_TITLE.fullmatch(found) else found
