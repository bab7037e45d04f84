"""The text of all pages of a PDF by PDFium and nothing else; prints the seconds of that alone."""

import sys
import time

from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # has no types


def main() -> None:
    data = sys.stdin.buffer.read()
    started = time.perf_counter()
    pdf = PdfDocument(data)
    for index in range(len(pdf)):
        page = pdf[index]
        text_page = page.get_textpage()
        text_page.get_text_range()
        text_page.close()
        page.close()
    sys.stdout.write(f"{time.perf_counter() - started}\n")


if __name__ == "__main__":
    main()
