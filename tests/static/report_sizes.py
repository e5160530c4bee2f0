"""Prints how long functions and files are: report_sizes.py. A report, not a rule."""

import pathlib
import re
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from repository import SOURCE, source_files  # noqa: E402

FILE_LINES_MAX = 1000
FUNCTION_LINES_MAX = 70
FUNCTION_NAME = re.compile(r"(\w+)\([^;]*$")


def functions(path):
    """Name and lines of each function: from its opening brace in column 0 to the closing one."""
    start = head = None
    for number, line in enumerate((SOURCE / path).read_text().splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield head, number - start - 1
            start = None
        elif start is None and line[:1].isalpha():
            match = FUNCTION_NAME.search(line)
            head = match[1] if match else head


def comment_share(text):
    """Share of lines that are comment, among lines that are not empty."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    comments = inside = 0
    for line in lines:
        if inside or line.startswith("/*"):
            comments += 1
            inside = "*/" not in line
    return comments / max(len(lines), 1)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main():
    for folder in ("server", "tests"):
        files = [p for p in source_files(".c", ".h") if p.parts[0] == folder]
        lengths = {p: len((SOURCE / p).read_text().splitlines()) for p in files}
        bodies = [(p, name, lines) for p in files for name, lines in functions(p)]
        if not bodies:
            continue
        sizes = [lines for _, _, lines in bodies]
        print(f"{folder}: {len(files)} files, {sum(lengths.values())} lines, "
              f"file median {statistics.median(lengths.values()):.0f} max {max(lengths.values())}; "
              f"{len(bodies)} functions, median {statistics.median(sizes):.0f} "
              f"p90 {percentile(sizes, 0.9)} max {max(sizes)}")
        for suffix in (".h", ".c"):
            text = "\n".join((SOURCE / p).read_text() for p in files if p.suffix == suffix)
            print(f"  comments in {suffix}: {100 * comment_share(text):.0f} %")
        for path, lines in lengths.items():
            if lines > FILE_LINES_MAX:
                print(f"  long file: {path} {lines}")
        for path, name, lines in bodies:
            if lines > FUNCTION_LINES_MAX:
                print(f"  long function: {path} {name} {lines}")


if __name__ == "__main__":
    main()
