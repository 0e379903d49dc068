"""`python -m aces_action.weights check FILE`: the judge alone, for measuring and for a machine that has nothing else of it."""

from __future__ import annotations

import sys

from aces_action.weights.judge import judge

_USAGE = "usage: python -m aces_action.weights check FILE   (- is standard input)"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] != "check":
        sys.stderr.write(_USAGE + "\n")
        return 2
    name = arguments[1]
    with open(0 if name == "-" else name, "rb", buffering=0, closefd=name != "-") as source:
        verdict = judge(source, name="deploy.tar.gz" if name == "-" else name)
    for problem in verdict.problems:
        sys.stdout.write(f"{problem.severity} {problem.code} {problem.message.en}\n{problem.hint.en}\n")
    sys.stdout.write(f"{verdict.members} members, {verdict.unpacked_size} bytes, sha256 {verdict.sha256}\n")
    return 0 if verdict.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
