"""Samples and what becomes of them: medians, a table, target lines, a JSON file."""

import json
import operator
from statistics import median

from . import machine

OPERATORS = {">=": operator.ge, "<=": operator.le, "==": operator.eq}


class Results:
    """The samples and targets of one benchmark run."""

    def __init__(self, name, quick):
        self.name = name
        self.quick = quick
        self.machine = machine.description()
        self.samples = []
        self.targets = []
        self.notes = []

    def add(self, **sample):
        """Keeps one measurement, such as `peer="postfix", cell="10 kept", accepted=600.0`."""
        self.samples.append(sample)

    def note(self, text):
        """Says something a reader must know beside the table; printed at once and kept."""
        self.notes.append(text)
        print(text, flush=True)

    def median(self, measure, **which):
        """The median of a measure over the samples that match, or None without any."""
        values = [
            sample[measure]
            for sample in self.samples
            if sample.get(measure) is not None and all(sample.get(key) == value for key, value in which.items())
        ]
        return median(values) if values else None

    def target(self, name, value, goal, number, digits=2):
        """Compares a value to its goal; a value that could not be measured is missed."""
        met = value is not None and OPERATORS[goal](value, number)
        shown = "not-measured" if value is None else f"{value:.{digits}f}"
        self.targets.append({"name": name, "value": value, "goal": goal, "number": number, "met": met})
        self.targets[-1]["line"] = f"{'met' if met else 'missed'}  {name}  {shown}  (goal {goal} {number})"

    def finish(self, json_file):
        """Prints the target lines, which come last, and writes the JSON file if one is wanted."""
        if json_file:
            with open(json_file, "w") as file:
                json.dump(vars(self), file, indent=2)
                file.write("\n")
        print()
        for target in self.targets:
            print(target["line"])


def number(value, digits=0):
    """A figure as the table shows it."""
    return "-" if value is None else f"{value:,.{digits}f}"


def print_table(header, rows):
    """Prints rows of text: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    for index, row in enumerate([header, *rows]):
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())
        if index == 0:
            print("  ".join("-" * width for width in widths))
