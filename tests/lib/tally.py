"""Adds up what several CTest runs found, case by case: tally.py PRESET/results.xml ...

A program of cmocka or unittest counts with its cases, any other one as a single case.
Closes with one line such as "312 passed, 0 failed"; exits 1 when something failed or nothing ran.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"

CMOCKA_CASE = re.compile(r"^\[( +OK|  FAILED|  ERROR|  SKIPPED) +\] \w+", re.MULTILINE)
UNITTEST_TOTAL = re.compile(r"^Ran (\d+) tests? in", re.MULTILINE)
UNITTEST_COUNT = re.compile(r"(failures|errors|skipped|unexpected successes)=(\d+)")


def count_unittest(output, total):
    """Cases of a unittest program: passed, failed, skipped."""
    closing = output[output.rfind("\nRan "):]
    counts = {name: int(number) for name, number in UNITTEST_COUNT.findall(closing)}
    skipped = counts.pop("skipped", 0)
    failed = sum(counts.values())
    return total - failed - skipped, failed, skipped


def count_cmocka(output):
    """Cases of a cmocka program: passed, failed, skipped. Failed ones are listed again at the end."""
    kinds = [kind.strip() for kind in CMOCKA_CASE.findall(output)]
    return kinds.count("OK"), len(re.findall(r"^\[ RUN ", output, re.MULTILINE)) \
        - kinds.count("OK") - kinds.count("SKIPPED"), kinds.count("SKIPPED")


def count_cases(testcase):
    """Cases of one CTest entry; an entry that failed counts at least one failure."""
    output = testcase.findtext("system-out") or ""
    good = testcase.get("status") == "run"
    total = UNITTEST_TOTAL.findall(output)
    if total:
        passed, failed, skipped = count_unittest(output, int(total[-1]))
    elif "[ RUN " in output:
        passed, failed, skipped = count_cmocka(output)
    else:
        passed, failed, skipped = (1, 0, 0) if good else (0, 1, 0)
    if not good:
        failed = max(failed, 1)
    return passed, failed, skipped


def report_failure(preset, testcase):
    """Says what failed, with the end of its output."""
    print(f"\n---- {preset}: {testcase.get('name')} failed ----")
    output = (testcase.findtext("system-out") or "no output").strip()
    print("\n".join(output.splitlines()[-80:]))


def main():
    passed = failed = skipped = 0
    rows = []
    for name in sys.argv[1:]:
        preset = name.split("/")[0]
        path = BUILD / name
        if not path.exists():
            rows.append(f"{preset:8} did not run")
            failed += 1
            continue
        sums = [0, 0, 0]
        seconds = 0.0
        for testcase in ElementTree.parse(path).getroot().iter("testcase"):
            counts = count_cases(testcase)
            sums = [a + b for a, b in zip(sums, counts)]
            seconds += float(testcase.get("time") or 0)
            if counts[1]:
                report_failure(preset, testcase)
        rows.append(f"{preset:8} {sums[0]:5} passed {sums[1]:4} failed {sums[2]:4} skipped {seconds:8.1f} s")
        passed, failed, skipped = passed + sums[0], failed + sums[1], skipped + sums[2]
    print("\n" + "\n".join(rows))
    if skipped:
        print(f"{skipped} skipped, each says why in its output")
    if passed == 0:
        failed = max(failed, 1)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
