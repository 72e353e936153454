"""Linear expressions of the variables, one in each of some rows, from which rows of a form are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import ABSENT
from scheduler.written import Rows, Terms


@dataclass(frozen=True, slots=True)
class Linear:
    """In each row a sum of variables times coefficients, and a constant."""

    terms: tuple[Terms, ...]
    constant: FloatArray

    @classmethod
    def of(cls, column: IntArray) -> Linear:
        """In each row the variable at ``column``; 0 where it is absent."""
        return cls.sums(len(column), [(np.arange(len(column)), column, np.ones(len(column)))])

    @classmethod
    def sums(cls, rows: int, terms: Iterable[Terms]) -> Linear:
        """The sums of ``terms`` in each of so many rows; absent variables count 0."""
        return cls(tuple(_known(*term) for term in terms), np.zeros(rows))

    def __add__(self, other: Linear | FloatArray | float) -> Linear:
        if isinstance(other, Linear):
            return Linear(self.terms + other.terms, self.constant + other.constant)
        return Linear(self.terms, self.constant + other)

    def __neg__(self) -> Linear:
        return self.times(-1.0)

    def __sub__(self, other: Linear | FloatArray | float) -> Linear:
        return self + -other

    def times(self, factor: FloatArray | float) -> Linear:
        """Each row times its factor."""
        if isinstance(factor, np.ndarray):
            terms = tuple((row, column, value * factor[row]) for row, column, value in self.terms)
        else:
            terms = tuple((row, column, value * factor) for row, column, value in self.terms)
        return Linear(terms, self.constant * factor)

    def only(self, rows: IntArray) -> Linear:
        """Some of the rows, in the order of ``rows``."""
        number = np.full(len(self.constant), ABSENT)
        number[rows] = np.arange(len(rows))
        known = [(number[row], column, value) for row, column, value in self.terms]
        return Linear(
            tuple((row[row >= 0], column[row >= 0], value[row >= 0]) for row, column, value in known),
            self.constant[rows],
        )

    def at_most(self, high: FloatArray | float) -> Rows:
        """The rows ``expression <= high``."""
        return self.between(-np.inf, high)

    def at_least(self, low: FloatArray | float) -> Rows:
        """The rows ``expression >= low``."""
        return self.between(low, np.inf)

    def equals(self, value: FloatArray | float) -> Rows:
        """The rows ``expression = value``."""
        return self.between(value, value)

    def between(self, low: FloatArray | float, high: FloatArray | float) -> Rows:
        """The rows ``low <= expression <= high``."""
        return Rows.of(self.terms, low=low - self.constant, high=high - self.constant)


def _known(row: IntArray, column: IntArray, coefficient: FloatArray) -> Terms:
    """The terms whose variable is not absent."""
    here = column != ABSENT
    return (row, column, coefficient) if here.all() else (row[here], column[here], coefficient[here])
